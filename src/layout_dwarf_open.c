/* Layout DWARF, open: the ELF file, and the file that holds its debug information: itself, or a split one found by its
 * build-id or by .gnu_debuglink, and the one that dwz shares among several. Nothing is fetched from a network. */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layout_dwarf_internal.h"

#define DEBUG_PATH "/usr/lib/debug"
#define UNPACKED_MAX ((uint64_t)4 << 30) /* bytes: what compressed sections of one file may unpack to */
#define UNPACKED_RATIO 1100              /* no zlib stream unpacks to more than 1032 times its size */

/* ---- sections ---- */

static const char *section_name(Elf *elf, size_t names, Elf_Scn *scn, GElf_Shdr *header)
{
    const char *name = gelf_getshdr(scn, header) != NULL ? elf_strptr(elf, names, header->sh_name) : NULL;
    return name != NULL ? name : "";
}

Elf_Scn *dwarf_section(Elf *elf, const char *name)
{
    size_t names;
    GElf_Shdr header;
    if (elf_getshdrstrndx(elf, &names) < 0) {
        return NULL;
    }
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        if (strcmp(section_name(elf, names, scn, &header), name) == 0 && header.sh_type != SHT_NOBITS) {
            return scn;
        }
    }
    return NULL;
}

static bool has_debug_info(Elf *elf)
{
    return dwarf_section(elf, ".debug_info") != NULL || dwarf_section(elf, ".zdebug_info") != NULL ||
           dwarf_section(elf, ".debug_types") != NULL;
}

static bool is_needed(const char *name, bool lines)
{
    static const char *const needed[] = {"info", "types", "abbrev", "str", "line_str", "str_offsets"};
    const char *part = strchr(name + 1, '_'); /* .debug_info, .zdebug_info */
    for (size_t i = 0; part != NULL && i < sizeof needed / sizeof *needed; i++) {
        if (strcmp(part + 1, needed[i]) == 0) {
            return true;
        }
    }
    return lines && part != NULL && strcmp(part + 1, "line") == 0;
}

/* What a compressed section says that it unpacks to; 0 where it is not compressed. */
static uint64_t unpacked_size(Elf_Scn *scn, const GElf_Shdr *header, bool old_style)
{
    GElf_Chdr compressed;
    if (header->sh_flags & SHF_COMPRESSED) {
        return gelf_getchdr(scn, &compressed) != NULL ? compressed.ch_size : UINT64_MAX;
    }
    Elf_Data *data = old_style ? elf_rawdata(scn, NULL) : NULL;
    if (data == NULL || data->d_size < 12 || data->d_buf == NULL || memcmp(data->d_buf, "ZLIB", 4) != 0) {
        return 0;
    }
    uint64_t size = 0;
    for (int i = 4; i < 12; i++) {
        size = size << 8 | ((unsigned char *)data->d_buf)[i];
    }
    return size;
}

/* libdw unpacks every debug section at once: hides those that are not needed (begin_elf maps the file writable), which
 * saves most of the time, and refuses what unpacks to more than any honest one. */
static int prepare_compressed(Elf *elf, bool lines)
{
    size_t names;
    uint64_t total = 0;
    if (elf_getshdrstrndx(elf, &names) < 0) {
        return -ENOEXEC;
    }
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        const char *name = section_name(elf, names, scn, &header);
        bool old_style = strncmp(name, ".zdebug_", 8) == 0;
        if (header.sh_type == SHT_NOBITS || (!old_style && strncmp(name, ".debug_", 7) != 0)) {
            continue;
        }
        uint64_t size = unpacked_size(scn, &header, old_style);
        if (size == 0) {
            continue;
        }
        if (!is_needed(name, lines)) {
            header.sh_type = SHT_NOBITS;
            gelf_update_shdr(scn, &header);
        } else if (size > UNPACKED_MAX || size / UNPACKED_RATIO > header.sh_size || (total += size) > UNPACKED_MAX) {
            return -EBADMSG;
        }
    }
    return 0;
}

static struct raw_section raw_of(Elf *elf, const char *name)
{
    struct raw_section none = {NULL, 0};
    Elf_Scn *scn = dwarf_section(elf, name);
    if (scn == NULL) {
        /* After libdw unpacked .zdebug_info the section still goes by its old name. */
        char old[32];
        snprintf(old, sizeof old, ".z%s", name + 1);
        scn = dwarf_section(elf, old);
    }
    GElf_Shdr header;
    Elf_Data *data = scn != NULL ? elf_rawdata(scn, NULL) : NULL;
    if (data == NULL || data->d_buf == NULL || gelf_getshdr(scn, &header) == NULL || header.sh_flags & SHF_COMPRESSED) {
        return none;
    }
    return (struct raw_section){data->d_buf, data->d_size};
}

/* Can the section be read from the file as well? Not where it was unpacked. */
static bool is_plain(Elf *elf, const char *name, uint64_t *offset)
{
    size_t size;
    GElf_Shdr header;
    char *file = elf_rawfile(elf, &size);
    Elf_Scn *scn = dwarf_section(elf, name);
    Elf_Data *data = scn != NULL ? elf_rawdata(scn, NULL) : NULL;
    if (file == NULL || data == NULL || gelf_getshdr(scn, &header) == NULL || header.sh_offset > size ||
        (char *)data->d_buf != file + header.sh_offset) {
        return false;
    }
    *offset = header.sh_offset;
    return true;
}

static void raw_sections(struct raw_file *raw, Elf *elf, int fd)
{
    char *ident = elf_getident(elf, NULL);
    raw->little_endian = ident != NULL && ident[EI_DATA] != ELFDATA2MSB;
    raw->info = raw_of(elf, ".debug_info");
    raw->types = raw_of(elf, ".debug_types");
    raw->abbrev = raw_of(elf, ".debug_abbrev");
    raw->str = raw_of(elf, ".debug_str");
    raw->line_str = raw_of(elf, ".debug_line_str");
    raw->str_offsets = raw_of(elf, ".debug_str_offsets");
    raw->fd = is_plain(elf, ".debug_info", &raw->info_offset) ? fd : -1;
}

/* ---- messages ---- */

static int not_elf(const struct dwarf_source *s, struct layout_error *error, const char *what)
{
    layout_error_set(error, 0,
                     "cannot read types from %.400s: it is %s\n"
                     "  give the program that makes the segment, or a .layout file",
                     s->name, what);
    return -ENOEXEC;
}

static int failed(const struct dwarf_source *s, struct layout_error *error, int rc)
{
    layout_error_set(error, 0, "cannot read types from %.400s: %s", s->name, strerror(-rc));
    return rc;
}

static int damaged(const struct dwarf_source *s, struct layout_error *error, Elf *elf)
{
    GElf_Shdr header;
    GElf_Chdr compressed;
    Elf_Scn *scn = dwarf_section(elf, ".debug_info");
    if (scn != NULL && gelf_getshdr(scn, &header) != NULL && header.sh_flags & SHF_COMPRESSED &&
        gelf_getchdr(scn, &compressed) != NULL && compressed.ch_type != ELFCOMPRESS_ZLIB) {
        layout_error_set(
            error, 0,
            "cannot read types from %.400s: its debug information is compressed in a way that the installed "
            "elfutils does not know (zstd?)\n  unpack it: objcopy --decompress-debug-sections %.400s",
            s->name, s->name);
        return -ENOTSUP;
    }
    return not_elf(s, error, "damaged: its debug information can't be read");
}

static const char *id_text(const unsigned char *id, size_t size, char *out, size_t out_size)
{
    out[0] = '\0';
    for (size_t i = 0; i < size && 2 * i + 3 <= out_size; i++) {
        snprintf(out + 2 * i, 3, "%02x", id[i]);
    }
    return out;
}

static int no_debug_info(const struct dwarf_source *s, const struct layout_dwarf_file *file, struct layout_error *error)
{
    char id[65];
    const void *bits;
    ssize_t size = dwelf_elf_gnu_build_id(s->elf, &bits);
    char place[256] = "";
    if (size > 1) {
        id_text(bits, (size_t)size, id, sizeof id);
        snprintf(place, sizeof place, "\n  not found either: .build-id/%.2s/%s.debug in %.80s", id, id + 2,
                 file->debug_path != NULL ? file->debug_path : DEBUG_PATH);
    }
    layout_error_set(
        error, 0,
        "%.400s has no debug information, so nothing tells how its types lie in memory%s\n"
        "  build it with -g (gcc -g ...), or install its debug symbols (a package that ends in -dbgsym or -dbg), "
        "or write a .layout file",
        s->name, place);
    return -ENODATA;
}

/* ---- the file itself ---- */

static void set_name(struct dwarf_source *s, const struct layout_dwarf_file *file)
{
    char link[64];
    if (file->name != NULL) {
        snprintf(s->name, sizeof s->name, "%s", file->name);
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", file->fd);
    ssize_t n = readlink(link, s->name, sizeof s->name - 1);
    s->name[n > 0 ? n : 0] = '\0';
    if (n <= 0) {
        snprintf(s->name, sizeof s->name, "%s", link);
    }
}

/* 0; -ENOEXEC: another kind of file; -errno. */
static int check_magic(int fd)
{
    char magic[SELFMAG];
    ssize_t n = pread(fd, magic, sizeof magic, 0);
    if (n < 0) {
        return -errno;
    }
    return n == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0 ? 0 : -ENOEXEC;
}

static bool has_compressed(Elf *elf)
{
    size_t names;
    if (elf_getshdrstrndx(elf, &names) < 0) {
        return false;
    }
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        const char *name = section_name(elf, names, scn, &header);
        if (strncmp(name, ".zdebug_", 8) == 0 || (header.sh_flags & SHF_COMPRESSED) != 0) {
            return true;
        }
    }
    return false;
}

/* Maps the file, to be read only: that is cheaper; but where prepare_compressed has headers to change, in private. */
static Elf *map_elf(int fd)
{
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (elf != NULL && elf_kind(elf) == ELF_K_ELF && has_compressed(elf)) {
        elf_end(elf);
        elf = elf_begin(fd, ELF_C_READ_MMAP_PRIVATE, NULL);
    }
    return elf;
}

/* NULL: not an ELF file. Folders, pipes and devices are none. */
static Elf *begin_elf(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || check_magic(fd) < 0) {
        return NULL;
    }
    Elf *elf = map_elf(fd);
    if (elf != NULL && elf_kind(elf) != ELF_K_ELF) {
        elf_end(elf);
        elf = NULL;
    }
    return elf;
}

int dwarf_source_open_elf(struct dwarf_source *s, const struct layout_dwarf_file *file, struct layout_error *error)
{
    memset(s, 0, sizeof *s);
    s->debug_fd = s->alt_fd = -1;
    set_name(s, file);
    elf_version(EV_CURRENT);
    int rc = check_magic(file->fd);
    if (rc < 0 && rc != -ENOEXEC) {
        return failed(s, error, rc);
    }
    s->elf = rc == 0 ? begin_elf(file->fd) : NULL;
    if (s->elf == NULL) {
        return not_elf(s, error, rc < 0 ? "not an ELF file (a program or a library)" : "a damaged ELF file");
    }
    size_t sections, names;
    GElf_Ehdr header;
    if (gelf_getehdr(s->elf, &header) == NULL || elf_getshdrnum(s->elf, &sections) < 0 ||
        (header.e_shoff != 0 && (sections == 0 || elf_getshdrstrndx(s->elf, &names) < 0))) {
        return not_elf(s, error, "a damaged ELF file (cut short?)");
    }
    return 0;
}

/* ---- split debug files ---- */

static uint32_t crc_of_file(int fd)
{
    uint32_t table[256], crc = UINT32_MAX;
    unsigned char bytes[16384];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) {
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        }
        table[i] = c;
    }
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, bytes, sizeof bytes, at)) > 0; at += n) {
        for (ssize_t i = 0; i < n; i++) {
            crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
        }
    }
    return ~crc;
}

/* What a debug file must be to belong to the program: of the same build-id, else of this checksum. */
struct wanted {
    const unsigned char *id;
    size_t id_size;
    bool has_crc;
    uint32_t crc;
};

static bool belongs(int fd, Elf *elf, const struct wanted *w)
{
    const void *id;
    ssize_t size = w->id_size > 0 ? dwelf_elf_gnu_build_id(elf, &id) : -1;
    if (size > 0) {
        return (size_t)size == w->id_size && memcmp(id, w->id, w->id_size) == 0;
    }
    return w->has_crc && crc_of_file(fd) == w->crc;
}

/* Opens path where it is such a file. *fd is -1 where it is not. */
static Elf *open_debug_file(const char *path, const struct wanted *w, int *fd)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0) {
        return NULL;
    }
    Elf *elf = begin_elf(*fd);
    if (elf != NULL && has_debug_info(elf) && belongs(*fd, elf, w)) {
        return elf;
    }
    elf_end(elf);
    close(*fd);
    *fd = -1;
    return NULL;
}

/* Tries FOLDER/.build-id/xx/yyyy.debug in each folder of the debug path. */
static Elf *open_by_build_id(const char *folders, const struct wanted *w, int *fd)
{
    char id[2 * 64 + 1], path[PATH_MAX];
    if (w->id_size < 2 || w->id_size > 64) {
        return NULL;
    }
    id_text(w->id, w->id_size, id, sizeof id);
    for (const char *at = folders; *at != '\0'; at += strspn(at, ":")) {
        int length = (int)strcspn(at, ":");
        int n = snprintf(path, sizeof path, "%.*s/.build-id/%.2s/%s.debug", length, at, id, id + 2);
        Elf *elf = n > 0 && (size_t)n < sizeof path ? open_debug_file(path, w, fd) : NULL;
        if (elf != NULL) {
            return elf;
        }
        at += length;
    }
    return NULL;
}

/* The program's folder, as an absolute path without a slash at its end. */
static void folder_of(int fd, char *out, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(out, '/');
    out[slash != NULL ? slash - out : 0] = '\0';
}

/* Tries the name beside the program, in .debug there, and below each folder of the debug path. */
static Elf *open_by_link(const char *folders, int program, const char *name, const struct wanted *w, int *fd)
{
    char folder[PATH_MAX], path[PATH_MAX];
    folder_of(program, folder, sizeof folder);
    if (strchr(name, '/') != NULL || folder[0] != '/') {
        return NULL;
    }
    static const char *const beside[] = {"", "/.debug"};
    for (size_t i = 0; i < 2; i++) {
        int n = snprintf(path, sizeof path, "%s%s/%s", folder, beside[i], name);
        Elf *elf = n > 0 && (size_t)n < sizeof path ? open_debug_file(path, w, fd) : NULL;
        if (elf != NULL) {
            return elf;
        }
    }
    for (const char *at = folders; *at != '\0'; at += strspn(at, ":")) {
        int length = (int)strcspn(at, ":");
        int n = snprintf(path, sizeof path, "%.*s%s/%s", length, at, folder, name);
        Elf *elf = n > 0 && (size_t)n < sizeof path ? open_debug_file(path, w, fd) : NULL;
        if (elf != NULL) {
            return elf;
        }
        at += length;
    }
    return NULL;
}

static void open_split(struct dwarf_source *s, const struct layout_dwarf_file *file)
{
    const char *folders = file->debug_path != NULL ? file->debug_path : DEBUG_PATH;
    const void *id;
    GElf_Word crc;
    ssize_t id_size = dwelf_elf_gnu_build_id(s->elf, &id);
    struct wanted w = {.id = id_size > 0 ? id : NULL, .id_size = id_size > 0 ? (size_t)id_size : 0};
    s->debug_elf = open_by_build_id(folders, &w, &s->debug_fd);
    const char *name = s->debug_elf == NULL ? dwelf_elf_gnu_debuglink(s->elf, &crc) : NULL;
    if (name != NULL) {
        w.has_crc = true;
        w.crc = crc;
        s->debug_elf = open_by_link(folders, file->fd, name, &w, &s->debug_fd);
    }
}

/* The file that dwz moved the common parts to. Without it libdw looks in its own places. */
static int open_alt(struct dwarf_source *s, const struct layout_dwarf_file *file)
{
    const char *folders = file->debug_path != NULL ? file->debug_path : DEBUG_PATH;
    const char *name;
    const void *id;
    char path[2 * PATH_MAX], folder[PATH_MAX];
    ssize_t size = dwelf_dwarf_gnu_debugaltlink(s->dwarf, &name, &id);
    if (size <= 0) {
        return 0;
    }
    struct wanted w = {.id = id, .id_size = (size_t)size};
    s->alt_elf = open_by_build_id(folders, &w, &s->alt_fd);
    if (s->alt_elf == NULL) {
        folder_of(s->debug_fd >= 0 ? s->debug_fd : file->fd, folder, sizeof folder);
        snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : folder, name[0] == '/' ? "" : "/", name);
        s->alt_elf = open_debug_file(path, &w, &s->alt_fd);
    }
    if (s->alt_elf == NULL) {
        return 0;
    }
    int rc = prepare_compressed(s->alt_elf, true);
    s->alt = rc == 0 ? dwarf_begin_elf(s->alt_elf, DWARF_C_READ, NULL) : NULL;
    if (s->alt == NULL) {
        return -EBADMSG;
    }
    dwarf_setalt(s->dwarf, s->alt);
    raw_sections(&s->raw_alt, s->alt_elf, s->alt_fd);
    s->raw.alt = &s->raw_alt;
    return 0;
}

/* ---- object files ---- */

static int no_debug_file(Dwfl_Module *m, void **data, const char *module, Dwarf_Addr base, const char *file,
                         const char *link, GElf_Word crc, char **name)
{
    (void)m, (void)data, (void)module, (void)base, (void)file, (void)link, (void)crc, (void)name;
    return -1;
}

/* An object file's DWARF is full of relocations, which libdwfl knows to apply. */
static int open_object(struct dwarf_source *s, const struct layout_dwarf_file *file)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                             .find_debuginfo = no_debug_file,
                                             .section_address = dwfl_offline_section_address};
    Dwarf_Addr bias;
    int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 3);
    s->dwfl = fd >= 0 ? dwfl_begin(&callbacks) : NULL;
    Dwfl_Module *module = s->dwfl != NULL ? dwfl_report_offline(s->dwfl, "object", s->name, fd) : NULL;
    if (module == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return -EBADMSG;
    }
    dwfl_report_end(s->dwfl, NULL, NULL);
    s->dwarf = dwfl_module_getdwarf(module, &bias);
    return s->dwarf != NULL ? 0 : -EBADMSG;
}

/* ---- all of it ---- */

static int open_dwarf(struct dwarf_source *s, const struct layout_dwarf_file *file, bool lines)
{
    GElf_Ehdr header;
    Elf *elf = s->debug_elf != NULL ? s->debug_elf : s->elf;
    int rc = 0;
    if (gelf_getehdr(elf, &header) != NULL && header.e_type == ET_REL) {
        rc = open_object(s, file);
    } else {
        rc = prepare_compressed(elf, lines);
        s->dwarf = rc == 0 ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
        rc = s->dwarf == NULL ? -EBADMSG : open_alt(s, file);
    }
    if (rc == 0) {
        int fd = s->dwfl != NULL ? -1 : s->debug_fd >= 0 ? s->debug_fd : file->fd; /* -1: what is relocated */
        raw_sections(&s->raw, dwarf_getelf(s->dwarf), fd);
        s->split = dwarf_section(dwarf_getelf(s->dwarf), ".debug_addr") != NULL;
        rc = s->raw.info.size + s->raw.types.size == 0 || s->raw.abbrev.size == 0 ? -EBADMSG : 0;
    }
    return rc;
}

int dwarf_source_open(struct dwarf_source *s, const struct layout_dwarf_file *file, bool lines,
                      struct layout_error *error)
{
    int rc = dwarf_source_open_elf(s, file, error);
    if (rc < 0) {
        return rc;
    }
    if (!has_debug_info(s->elf)) {
        open_split(s, file);
        if (s->debug_elf == NULL) {
            return no_debug_info(s, file, error);
        }
    }
    rc = open_dwarf(s, file, lines);
    return rc < 0 ? damaged(s, error, s->debug_elf != NULL ? s->debug_elf : s->elf) : 0;
}

void dwarf_source_close(struct dwarf_source *s)
{
    if (s->dwfl != NULL) {
        dwfl_end(s->dwfl);
    } else if (s->dwarf != NULL) {
        dwarf_end(s->dwarf);
    }
    dwarf_end(s->alt);
    elf_end(s->alt_elf);
    elf_end(s->debug_elf);
    elf_end(s->elf);
    if (s->alt_fd >= 0) {
        close(s->alt_fd);
    }
    if (s->debug_fd >= 0) {
        close(s->debug_fd);
    }
}
