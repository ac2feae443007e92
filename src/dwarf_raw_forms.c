/* DWARF raw, forms: sizes and values of attributes (DWARF 5, section 7.5.6). */
#include <dwarf.h>
#include <string.h>

#include "dwarf_raw_internal.h"

/* Sizes of the forms that DWARF numbers up to 0x2c. */
enum { NONE = 0x80, ADDRESS, OFFSET, REF_ADDR };
static const unsigned char form_sizes[] = {
    [0] = NONE, [2] = NONE, [DW_FORM_addr] = ADDRESS, [DW_FORM_addrx1] = 1, [DW_FORM_addrx2] = 2,
    [DW_FORM_addrx3] = 3, [DW_FORM_addrx4] = 4, [DW_FORM_addrx] = NONE, [DW_FORM_block1] = NONE,
    [DW_FORM_block2] = NONE, [DW_FORM_block4] = NONE, [DW_FORM_block] = NONE, [DW_FORM_data16] = 16,
    [DW_FORM_data1] = 1, [DW_FORM_data2] = 2, [DW_FORM_data4] = 4, [DW_FORM_data8] = 8, [DW_FORM_exprloc] = NONE,
    [DW_FORM_flag] = 1, [DW_FORM_flag_present] = 0, [DW_FORM_implicit_const] = 0, [DW_FORM_indirect] = NONE,
    [DW_FORM_line_strp] = OFFSET, [DW_FORM_loclistx] = NONE, [DW_FORM_ref1] = 1, [DW_FORM_ref2] = 2,
    [DW_FORM_ref4] = 4, [DW_FORM_ref8] = 8, [DW_FORM_ref_addr] = REF_ADDR, [DW_FORM_ref_sig8] = 8,
    [DW_FORM_ref_sup4] = 4, [DW_FORM_ref_sup8] = 8, [DW_FORM_ref_udata] = NONE, [DW_FORM_rnglistx] = NONE,
    [DW_FORM_sdata] = NONE, [DW_FORM_sec_offset] = OFFSET, [DW_FORM_string] = NONE, [DW_FORM_strp] = OFFSET,
    [DW_FORM_strp_sup] = OFFSET, [DW_FORM_strx1] = 1, [DW_FORM_strx2] = 2, [DW_FORM_strx3] = 3, [DW_FORM_strx4] = 4,
    [DW_FORM_strx] = NONE, [DW_FORM_udata] = NONE,
};

uint32_t raw_fixed_size(const struct raw_unit *u, unsigned form)
{
    if (form >= sizeof form_sizes) {
        return form == DW_FORM_GNU_ref_alt || form == DW_FORM_GNU_strp_alt ? u->offset_size : RAW_VARIES;
    }
    uint32_t size = form_sizes[form];
    if (size < NONE) {
        return size;
    }
    return size == OFFSET     ? u->offset_size
           : size == ADDRESS  ? u->address_size
           : size == REF_ADDR ? (u->version == 2 ? u->address_size : u->offset_size)
                              : RAW_VARIES;
}

/* A length of `size` bytes (0: LEB128) and as many bytes after it. */
static size_t block_size(const struct raw_unit *u, uint64_t at, unsigned size)
{
    uint64_t start = at, length;
    bool ok = size > 0 ? unit_number(u, &at, size, &length) : unit_leb(u, &at, &length);
    if (!ok || at > u->end || length > u->end - at) {
        return SIZE_MAX;
    }
    return (size_t)(at - start + length);
}

size_t raw_form_size(const struct raw_unit *u, unsigned form, uint64_t at)
{
    uint32_t fixed = raw_fixed_size(u, form);
    uint64_t start = at, number;
    if (fixed != RAW_VARIES) {
        return at <= u->end && fixed <= u->end - at ? fixed : SIZE_MAX;
    }
    switch (form) {
    case DW_FORM_udata:
    case DW_FORM_sdata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
    case DW_FORM_GNU_addr_index:
    case DW_FORM_GNU_str_index:
        return unit_leb(u, &at, &number) ? (size_t)(at - start) : SIZE_MAX;
    case DW_FORM_string: {
        const unsigned char *nul = at < u->end ? memchr(raw_at(u, at), 0, (size_t)(u->end - at)) : NULL;
        return nul != NULL ? (size_t)(nul - raw_at(u, at)) + 1 : SIZE_MAX;
    }
    case DW_FORM_block1:
        return block_size(u, at, 1);
    case DW_FORM_block2:
        return block_size(u, at, 2);
    case DW_FORM_block4:
        return block_size(u, at, 4);
    case DW_FORM_block:
    case DW_FORM_exprloc:
        return block_size(u, at, 0);
    case DW_FORM_indirect: {
        /* The form itself stands before the value. One that is indirect again would be no form. */
        if (!unit_leb(u, &at, &number) || number == DW_FORM_indirect || number > UINT16_MAX) {
            return SIZE_MAX;
        }
        size_t rest = raw_form_size(u, (unsigned)number, at);
        return rest == SIZE_MAX ? SIZE_MAX : (size_t)(at - start) + rest;
    }
    default:
        return SIZE_MAX;
    }
}

static const char *string_in(const struct raw_section *s, uint64_t offset)
{
    /* The last string of an honest section ends, and so do all before it. */
    if (offset >= s->size || (s->at[s->size - 1] != 0 && memchr(s->at + offset, 0, s->size - offset) == NULL)) {
        return NULL;
    }
    return (const char *)s->at + offset;
}

static const char *indexed_string(const struct raw_unit *u, uint64_t index)
{
    uint64_t at, offset;
    if (__builtin_mul_overflow(index, u->offset_size, &at) ||
        __builtin_add_overflow(at, u->str_offsets_base, &at) ||
        !take_number(u->file, &u->file->str_offsets, &at, u->offset_size, &offset)) {
        return NULL;
    }
    return string_in(&u->file->str, offset);
}

const char *raw_form_string(const struct raw_unit *u, unsigned form, uint64_t at)
{
    uint64_t number;
    switch (form) {
    case DW_FORM_string:
        return raw_form_size(u, form, at) != SIZE_MAX ? (const char *)raw_at(u, at) : NULL;
    case DW_FORM_strp:
        return unit_number(u, &at, u->offset_size, &number) ? string_in(&u->file->str, number) : NULL;
    case DW_FORM_line_strp:
        return unit_number(u, &at, u->offset_size, &number) ? string_in(&u->file->line_str, number) : NULL;
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_strp_alt:
        if (u->file->alt == NULL || !unit_number(u, &at, u->offset_size, &number)) {
            return NULL;
        }
        return string_in(&u->file->alt->str, number);
    case DW_FORM_strx:
    case DW_FORM_GNU_str_index:
        return unit_leb(u, &at, &number) ? indexed_string(u, number) : NULL;
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
        return unit_number(u, &at, form - DW_FORM_strx1 + 1, &number) ? indexed_string(u, number) : NULL;
    default:
        return NULL;
    }
}

bool raw_form_constant(const struct raw_unit *u, const struct raw_attribute *a, uint64_t at, uint64_t *value)
{
    int64_t number;
    switch (a->form) {
    case DW_FORM_data1:
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
    case DW_FORM_flag:
        return unit_number(u, &at, raw_fixed_size(u, a->form), value);
    case DW_FORM_udata:
        return unit_leb(u, &at, value);
    case DW_FORM_sdata:
        if (!unit_signed_leb(u, &at, &number)) {
            return false;
        }
        *value = (uint64_t)number;
        return true;
    case DW_FORM_implicit_const:
        *value = a->size;
        return true;
    case DW_FORM_flag_present:
        *value = 1;
        return true;
    default:
        return false;
    }
}

uint64_t raw_form_reference(const struct raw_unit *u, unsigned form, uint64_t at)
{
    uint64_t number;
    bool ok;
    switch (form) {
    case DW_FORM_ref1:
    case DW_FORM_ref2:
    case DW_FORM_ref4:
    case DW_FORM_ref8:
        ok = unit_number(u, &at, raw_fixed_size(u, form), &number);
        break;
    case DW_FORM_ref_udata:
        ok = unit_leb(u, &at, &number);
        break;
    default:
        ok = false;
    }
    return ok && number < u->end - u->start ? u->start + number : 0;
}
