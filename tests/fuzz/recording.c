/* Fuzz: any bytes as a recording file, with their checksums mended, so that the fuzzer gets past them. All that is read
 * must lie in the segment, times must not go back, and the bytes at a time must be what all records until then give. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "inspect/recording_reader.h"
#include "inspect/recording_writer.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes a seed with all kinds of blocks to the folder FUZZ_SEEDS. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *folder = getenv("FUZZ_SEEDS");
    struct recording_facts facts = {.size = 40, .recorded = 32, .title = "shmid 7"};
    struct attachment server = {.pid = 41, .name = "shm-server", .rights = "rw-"};
    const struct attachments one = {.list = &server, .count = 1};
    struct recording_writer w;
    struct layout l = {.nodes = NULL};
    uint8_t bytes[32] = {0};
    char path[256];
    (void)argc, (void)argv;
    if (folder == NULL) {
        return 0;
    }
    snprintf(path, sizeof path, "%s/seed", folder);
    recording_writer_open(&w, path);
    recording_writer_start(&w, 0, &facts);
    recording_writer_layout(&w, 0, "none", &l);
    recording_writer_attached(&w, 0, &one, 1);
    for (uint8_t i = 0; i < 20; i++) {
        bytes[i] = bytes[31 - i] = i;
        recording_writer_bytes(&w, i * 100000, bytes);
    }
    recording_writer_note(&w, 2000000, RECORDING_NOTE, "removed");
    return recording_writer_close(&w, 2000000);
}

static void checksums_mend(uint8_t *bytes, size_t length)
{
    for (size_t at = RECORDING_HEAD; length >= at && length - at >= RECORDING_BLOCK_HEAD;) {
        uint64_t size = recording_get(bytes + at + 8, 4);
        if (size > length - at - RECORDING_BLOCK_HEAD) {
            return;
        }
        recording_put(bytes + at, crc32(0, bytes + at + 4, (uInt)(RECORDING_BLOCK_HEAD - 4 + size)), 4);
        at += RECORDING_BLOCK_HEAD + size;
    }
}

static void require(bool good)
{
    if (!good) {
        abort();
    }
}

static void read_all(const struct recording_reader *r)
{
    struct recording_place place = {0};
    struct recording_record record;
    struct recording_piece piece;
    size_t size = r->facts.recorded;
    uint8_t *bytes = calloc(size, 1), *sought = malloc(size);
    uint64_t time = 0, changes = 0;
    while (recording_reader_next(r, &place, &record)) {
        require(record.time >= time && record.time <= r->end);
        time = record.time;
        if (record.kind == RECORDING_PICTURE) {
            memcpy(bytes, record.picture, size);
        }
        changes += record.kind == RECORDING_CHANGES;
        while (record.kind == RECORDING_CHANGES && recording_reader_piece(r, &record, &piece)) {
            require(piece.offset <= size && piece.count <= size - piece.offset);
            memcpy(bytes + piece.offset, piece.bytes, piece.count);
        }
    }
    require(changes == r->changes);
    recording_reader_bytes(r, r->end / 2, sought);
    recording_reader_bytes(r, r->end, sought);
    require(memcmp(bytes, sought, size) == 0);
    struct attachments a = {.list = NULL};
    uint64_t from, until;
    require(recording_reader_attached(r, r->end / 2, &a, &from, &until) == 0);
    require(a.count <= ATTACHMENTS_MAX && a.processes <= a.count && from <= r->end / 2 && until > r->end / 2);
    attachments_free(&a);
    char note[RECORDING_TEXT_MAX];
    recording_reader_note(r, r->end / 2, note, &from, &until);
    require(strlen(note) < sizeof note && from <= r->end / 2 && until > r->end / 2);
    free(bytes);
    free(sought);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recording_reader r;
    char error[RECORDING_ERROR_MAX] = "";
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    memcpy(bytes, data, size);
    checksums_mend(bytes, size);
    if (recording_reader_take(&r, bytes, size, error) == 0) {
        read_all(&r);
    } else {
        require(error[0] != '\0');
    }
    recording_reader_close(&r);
    return 0;
}
