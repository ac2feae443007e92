# variant: DWARF 4 as rustc writes it for enums with data, which are structs with a DW_TAG_variant_part:
#
#   #[repr(C)] struct Msg { tag: u8, opt: Option<u32>, pair: [Option<u32>; 2], last: u8 }     32 bytes
#
# Only debug information, so that any machine's assembler makes an object file of it.

        .section .debug_abbrev
        # number, tag, has children, then pairs of attribute and form
        .uleb128 1, 0x11, 1, 0x03,0x08, 0x13,0x0b, 0,0             # compile_unit: name, language
        .uleb128 2, 0x24, 0, 0x03,0x08, 0x0b,0x0b, 0x3e,0x0b, 0,0  # base_type: name, byte_size, encoding
        .uleb128 3, 0x13, 1, 0x03,0x08, 0x0b,0x0b, 0x88,0x0b, 0,0  # structure_type: name, byte_size, alignment
        .uleb128 4, 0x0d, 0, 0x03,0x08, 0x49,0x13, 0x38,0x0b, 0,0  # member: name, type, data_member_location
        .uleb128 5, 0x33, 1, 0x15,0x13, 0,0                        # variant_part: discr
        .uleb128 6, 0x0d, 0, 0x49,0x13, 0x38,0x0b, 0,0             # member: type, data_member_location
        .uleb128 7, 0x19, 1, 0x16,0x0b, 0,0                        # variant: discr_value
        .uleb128 8, 0x01, 1, 0x49,0x13, 0,0                        # array_type: type
        .uleb128 9, 0x21, 0, 0x37,0x0b, 0,0                        # subrange_type: count
        .uleb128 0

        .section .debug_info
unit:   .4byte  end - 1f
1:      .2byte  4
        .4byte  0
        .byte   8

        .uleb128 1
        .asciz  "variant.rs"
        .byte   0x1c                                    # Rust

u8:     .uleb128 2
        .asciz  "u8"
        .byte   1, 7
u32:    .uleb128 2
        .asciz  "u32"
        .byte   4, 7

option: .uleb128 3
        .asciz  "Option<u32>"
        .byte   8, 4
        .uleb128 5
        .4byte  discr - unit
discr:  .uleb128 6
        .4byte  u32 - unit
        .byte   0
        .uleb128 7                                      # discriminant 0: None
        .byte   0
        .uleb128 4
        .asciz  "None"
        .4byte  none - unit
        .byte   0
        .uleb128 0
        .uleb128 7                                      # discriminant 1: Some
        .byte   1
        .uleb128 4
        .asciz  "Some"
        .4byte  some - unit
        .byte   0
        .uleb128 0
        .uleb128 0                                      # of the variant part
none:   .uleb128 3
        .asciz  "None"
        .byte   8, 4
        .uleb128 0
some:   .uleb128 3
        .asciz  "Some"
        .byte   8, 4
        .uleb128 4
        .asciz  "__0"
        .4byte  u32 - unit
        .byte   4
        .uleb128 0
        .uleb128 0                                      # of Option<u32>

two:    .uleb128 8
        .4byte  option - unit
        .uleb128 9
        .byte   2
        .uleb128 0

        .uleb128 3
        .asciz  "Msg"
        .byte   32, 4
        .uleb128 4
        .asciz  "tag"
        .4byte  u8 - unit
        .byte   0
        .uleb128 4
        .asciz  "opt"
        .4byte  option - unit
        .byte   4
        .uleb128 4
        .asciz  "pair"
        .4byte  two - unit
        .byte   12
        .uleb128 4
        .asciz  "last"
        .4byte  u8 - unit
        .byte   28
        .uleb128 0
        .uleb128 0                                      # of the unit
end:
