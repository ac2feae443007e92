/* DWARF, open: opens an ELF file and the files that hold its debug information.
 *
 * The debug information is in the file itself or in a split debug file, found by its build-id or by .gnu_debuglink;
 * dwz may have moved a part to a file that several programs share. libdwfl could find these files too, but it opens
 * anything that has the name, even a pipe, which blocks; it maps the file; and it uses the network if DEBUGINFOD_URLS
 * is set. */
#include <elfutils/libdwelf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "dwarf_internal.h"

#define DEBUG_PATH "/usr/lib/debug"
#define LOADED_MAX ((uint64_t)4 << 30) /* bytes: the limit for the uncompressed sections of one file */
#define CANDIDATES_MAX 65536           /* the limit for the section shm_layout, in bytes */
#define ID_MAX 64                      /* bytes of a build-id */

/* ---- sections ---- */

static const char *section_name(Elf *elf, Elf_Scn *scn, GElf_Shdr *header)
{
    size_t names;
    bool known = elf_getshdrstrndx(elf, &names) == 0 && gelf_getshdr(scn, header) != NULL;
    const char *name = known ? elf_strptr(elf, names, header->sh_name) : NULL;
    return name != NULL ? name : "";
}

/* The section of that name; NULL if there is none or it is empty. */
static Elf_Scn *section(Elf *elf, const char *name)
{
    GElf_Shdr header;
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        if (strcmp(section_name(elf, scn, &header), name) == 0 && header.sh_type != SHT_NOBITS) {
            return scn;
        }
    }
    return NULL;
}

static bool has_debug_info(Elf *elf)
{
    return section(elf, ".debug_info") != NULL || section(elf, ".zdebug_info") != NULL ||
           section(elf, ".debug_types") != NULL || section(elf, ".debug_info.dwo") != NULL;
}

/* "info" for ".debug_info", ".zdebug_info" (the older compression) and ".debug_info.dwo"; "" for other names. */
static void debug_part(const char *name, char part[16])
{
    const char *rest = strncmp(name, ".debug_", 7) == 0 ? name + 7 : strncmp(name, ".zdebug_", 8) == 0 ? name + 8 : "";
    snprintf(part, 16, "%.*s", (int)strcspn(rest, "."), rest);
}

/* The uncompressed size of the section in bytes. */
static uint64_t loaded_size(Elf_Scn *scn, const GElf_Shdr *header, bool old_style)
{
    GElf_Chdr compressed;
    uint64_t size = header->sh_size;
    Elf_Data *data = old_style ? elf_rawdata(scn, NULL) : NULL;
    if (data != NULL && data->d_buf != NULL && data->d_size >= 12) {
        memcpy(&size, (char *)data->d_buf + 4, sizeof size); /* after "ZLIB" */
        return be64toh(size);
    }
    if (header->sh_flags & SHF_COMPRESSED) {
        return gelf_getchdr(scn, &compressed) != NULL ? compressed.ch_size : UINT64_MAX;
    }
    return size;
}

/* libdw decompresses every debug section at once. Returns -EFBIG if they are larger than in any real file; else 0. */
static int check_size(Elf *elf)
{
    uint64_t total = 0;
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        char part[16];
        const char *name = section_name(elf, scn, &header);
        debug_part(name, part);
        if (*part == '\0' || header.sh_type == SHT_NOBITS) {
            continue;
        }
        uint64_t size = loaded_size(scn, &header, name[1] == 'z');
        if (size > LOADED_MAX || (total += size) > LOADED_MAX) {
            return -EFBIG;
        }
    }
    return 0;
}

/* Whether the string sections end in a NUL. If not, libdw would read past their end. */
static bool strings_end(Elf *elf)
{
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn != NULL; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        char part[16];
        debug_part(section_name(elf, scn, &header), part);
        bool strings = strcmp(part, "str") == 0 || strcmp(part, "line_str") == 0;
        Elf_Data *data = strings ? elf_rawdata(scn, NULL) : NULL;
        if (data != NULL && data->d_size > 0 && data->d_buf != NULL &&
            ((char *)data->d_buf)[data->d_size - 1] != '\0') {
            return false;
        }
    }
    return true;
}

/* ---- one file ---- */

/* The folder that contains the open file, without a slash at the end; "" if unknown. */
static void folder_of(int fd, char folder[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, folder, PATH_MAX - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    folder[slash != NULL ? slash - folder : 0] = '\0';
}

/* Returns 0; -ENOEXEC if it is not an ELF file; -EBADMSG if it is damaged; -errno if it can't be read. */
static int begin_elf(struct dwarf_file *f, int fd)
{
    char magic[SELFMAG];
    GElf_Ehdr header;
    size_t sections, names;
    ssize_t n = pread(fd, magic, sizeof magic, 0);
    if (n < 0 || fstat(fd, &f->status) < 0) {
        return -errno;
    }
    if (n < SELFMAG || memcmp(magic, ELFMAG, SELFMAG) != 0 || !S_ISREG(f->status.st_mode)) {
        return -ENOEXEC;
    }
    folder_of(fd, f->folder);
    elf_version(EV_CURRENT);
    f->elf = elf_begin(fd, ELF_C_READ, NULL);
    bool whole = elf_kind(f->elf) == ELF_K_ELF && gelf_getehdr(f->elf, &header) != NULL &&
                 elf_getshdrnum(f->elf, &sections) == 0 &&
                 (header.e_shoff == 0 || (sections > 0 && elf_getshdrstrndx(f->elf, &names) == 0));
    return whole ? 0 : -EBADMSG;
}

static int give_elf(Dwfl_Module *m, void **elf, const char *module, Dwarf_Addr base, char **file, Elf **out)
{
    (void)m, (void)module, (void)base, (void)file;
    *out = elf_begin(-1, ELF_C_READ, *elf); /* takes another reference */
    return -1;
}

static int no_debug_file(Dwfl_Module *m, void **data, const char *module, Dwarf_Addr base, const char *file,
                         const char *link, GElf_Word crc, char **name)
{
    (void)m, (void)data, (void)module, (void)base, (void)file, (void)link, (void)crc, (void)name;
    return -1;
}

/* The DWARF of an object file needs relocation, which libdwfl does. */
static Dwarf *relocated_dwarf(struct dwarf_file *f)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = give_elf, .find_debuginfo = no_debug_file, .section_address = dwfl_offline_section_address};
    Dwarf_Addr bias;
    void **data;
    f->dwfl = dwfl_begin(&callbacks);
    Dwfl_Module *module = f->dwfl != NULL ? dwfl_report_module(f->dwfl, "object", 0, 1) : NULL;
    if (module == NULL || dwfl_report_end(f->dwfl, NULL, NULL) != 0 ||
        dwfl_module_info(module, &data, NULL, NULL, NULL, NULL, NULL, NULL) == NULL) {
        return NULL;
    }
    *data = f->elf;
    Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);
    const char *why = dwarf == NULL ? dwfl_errmsg(-1) : NULL;
    f->other_machine = why != NULL && strstr(why, "machine") != NULL;
    return dwarf;
}

/* If the file was written to meanwhile, what we have read may be inconsistent. */
static bool has_changed(const struct dwarf_file *f, int fd)
{
    struct stat now;
    return fstat(fd, &now) < 0 || now.st_size != f->status.st_size ||
           memcmp(&now.st_mtim, &f->status.st_mtim, sizeof now.st_mtim) != 0;
}

/* Reads everything we need, so that the descriptor may be closed. Returns 0, -EAGAIN, -EBADMSG or -EFBIG. */
static int load_dwarf(struct dwarf_file *f, int fd)
{
    int rc = check_size(f->elf);
    if (rc == 0) {
        bool object = section(f->elf, ".rela.debug_info") != NULL || section(f->elf, ".rel.debug_info") != NULL;
        f->dwarf = object ? relocated_dwarf(f) : dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
        rc = f->dwarf != NULL && strings_end(f->elf) ? 0 : -EBADMSG;
    }
    elf_cntl(f->elf, ELF_C_FDDONE);
    return has_changed(f, fd) ? -EAGAIN : rc;
}

void dwarf_file_close(struct dwarf_file *f)
{
    if (f->dwfl != NULL) {
        dwfl_end(f->dwfl);
    } else {
        dwarf_end(f->dwarf);
    }
    elf_end(f->elf);
    *f = (struct dwarf_file){.elf = NULL};
}

/* ---- messages ---- */

/* Sets the error "cannot read types from NAME: WHY" and returns rc. */
static int cannot_read(const struct dwarf_source *s, struct layout_error *error, int rc, const char *why)
{
    layout_error_set(error, 0, "cannot read types from %.400s: %s", s->name, why);
    return rc;
}

static int not_elf(const struct dwarf_source *s, struct layout_error *error, const char *what)
{
    layout_error_set(error, 0,
                     "cannot read types from %.400s: it is %s\n"
                     "  give the program that creates the segment, or a .layout file",
                     s->name, what);
    return -ENOEXEC;
}

static bool is_packed_otherwise(Elf *elf)
{
    GElf_Chdr compressed;
    Elf_Scn *scn = section(elf, ".debug_info");
    return scn != NULL && gelf_getchdr(scn, &compressed) != NULL && compressed.ch_type != ELFCOMPRESS_ZLIB;
}

/* load_dwarf failed with rc. */
static int cannot_load(const struct dwarf_source *s, struct layout_error *error, int rc, const struct dwarf_file *f)
{
    if (rc == -EAGAIN) {
        cannot_read(s, error, rc, "it, or its debug file, changed while it was read");
        layout_error_add(error, "\n  try again");
        return rc;
    }
    if (rc == -EFBIG) {
        return cannot_read(s, error, rc, "it has more than 4 GiB of debug information");
    }
    if (f->other_machine) {
        return cannot_read(s, error, -ENOTSUP,
                           "it is an object file of a machine that the installed elfutils does not know\n"
                           "  give a linked program, or a .layout file");
    }
    if (!is_packed_otherwise(f->elf)) {
        return not_elf(s, error, "damaged: its debug information can't be read");
    }
    cannot_read(s, error, rc,
                "its debug information is compressed in a way that the installed elfutils does not support (zstd?)");
    layout_error_add(error, "\n  decompress it: objcopy --decompress-debug-sections %.400s", s->name);
    return -ENOTSUP;
}

static void id_text(const unsigned char *id, size_t size, char out[2 * ID_MAX + 1])
{
    out[0] = '\0';
    for (size_t i = 0; i < size && i < ID_MAX; i++) {
        snprintf(out + 2 * i, 3, "%02x", id[i]);
    }
}

static int no_debug_info(const struct dwarf_source *s, struct layout_error *error)
{
    char id[2 * ID_MAX + 1];
    const void *bits;
    layout_error_set(error, 0, "%.400s has no debug information, so the layout of its types is unknown", s->name);
    ssize_t size = dwelf_elf_gnu_build_id(s->file.elf, &bits);
    if (size > 1) {
        id_text(bits, (size_t)size, id);
        layout_error_add(error, "\n  not found either: .build-id/%.2s/%.64s.debug in %.80s", id, id + 2, s->debug_path);
    }
    layout_error_add(error,
                     "\n  build it with -g (gcc -g ...), or install its debug symbols (a package whose name ends "
                     "in -dbgsym or -dbg), or write a .layout file");
    return -ENODATA;
}

/* ---- the program itself ---- */

static int open_itself(struct dwarf_source *s, const struct layout_dwarf_file *file, struct layout_error *error)
{
    *s = (struct dwarf_source){.name = file->name,
                               .debug_path = file->debug_path != NULL ? file->debug_path : DEBUG_PATH};
    int rc = begin_elf(&s->file, file->fd);
    return rc == 0          ? 0
           : rc == -ENOEXEC ? not_elf(s, error, "not an ELF file (a program or a library)")
           : rc == -EBADMSG ? not_elf(s, error, "a damaged ELF file (cut short?)")
                            : cannot_read(s, error, rc, strerror(-rc));
}

/* ---- other files ---- */

/* A file with debug information of the program. */
struct wanted {
    const char *link;     /* its name; NULL: unknown */
    const void *id;       /* its build-id, id_size bytes */
    size_t id_size;       /* 0: none */
    const GElf_Word *crc; /* its checksum if it has no build-id; NULL: none */
};

static bool has_checksum(int fd, GElf_Word wanted)
{
    unsigned char bytes[16384];
    uLong sum = 0;
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, bytes, sizeof bytes, at)) > 0; at += n) {
        sum = crc32_z(sum, bytes, (size_t)n);
    }
    return n == 0 && sum == wanted;
}

static bool belongs(Elf *elf, int fd, const struct wanted *w)
{
    const void *id;
    ssize_t id_size = w->id_size > 0 ? dwelf_elf_gnu_build_id(elf, &id) : 0;
    if (id_size > 0) {
        return (size_t)id_size == w->id_size && memcmp(id, w->id, w->id_size) == 0;
    }
    return w->crc != NULL ? has_checksum(fd, *w->crc) : w->id_size == 0;
}

/* Loads the file of that path if it is the wanted one. Returns 0, -ENOENT if it isn't, or an error of load_dwarf. Opens
 * only regular files, because opening others may block or have side effects. */
__attribute__((format(printf, 3, 4))) static int try_path(struct dwarf_file *f, const struct wanted *w,
                                                          const char *format, ...)
{
    char path[PATH_MAX];
    struct stat st;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(path, sizeof path, format, args), rc = -ENOENT;
    va_end(args);
    bool regular = n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
    int fd = regular ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0) {
        return rc;
    }
    if (begin_elf(f, fd) == 0 && has_debug_info(f->elf) && belongs(f->elf, fd, w)) {
        rc = load_dwarf(f, fd);
    } else {
        dwarf_file_close(f);
    }
    close(fd);
    return rc;
}

/* Searches the folder of the file that names it, its subfolder .debug, and each folder of the debug path, as gdb does.
 * Returns the same as try_path. */
static int find_file(const struct dwarf_source *s, const char *folder, const struct wanted *w, struct dwarf_file *f)
{
    char id[2 * ID_MAX + 1];
    int rc = -ENOENT;
    id_text(w->id, w->id_size, id);
    if (w->link != NULL) {
        rc = w->link[0] == '/' ? try_path(f, w, "%s", w->link) : try_path(f, w, "%s/%s", folder, w->link);
        rc = rc == -ENOENT ? try_path(f, w, "%s/.debug/%s", folder, w->link) : rc;
    }
    for (const char *at = s->debug_path; rc == -ENOENT && *at != '\0'; at += strspn(at, ":")) {
        int n = (int)strcspn(at, ":");
        rc = w->id_size > 1 ? try_path(f, w, "%.*s/.build-id/%.2s/%s.debug", n, at, id, id + 2) : rc;
        rc = rc == -ENOENT && w->link != NULL ? try_path(f, w, "%.*s%s/%s", n, at, folder, w->link) : rc;
        at += n;
    }
    return rc;
}

static int open_split(struct dwarf_source *s)
{
    GElf_Word crc;
    struct wanted w = {.link = dwelf_elf_gnu_debuglink(s->file.elf, &crc)};
    ssize_t id_size = dwelf_elf_gnu_build_id(s->file.elf, &w.id);
    w.id_size = id_size > 0 ? (size_t)id_size : 0;
    w.crc = w.link != NULL ? &crc : NULL;
    return find_file(s, s->file.folder, &w, &s->split);
}

/* Opens the file that dwz moved a part of the debug information to. Fails if it is missing: libdw would search for it
 * by itself, and open and map anything with that name. */
static int open_common(struct dwarf_source *s, const char *folder, struct layout_error *error)
{
    struct wanted w = {.link = NULL};
    ssize_t id_size = dwelf_dwarf_gnu_debugaltlink(s->dwarf, &w.link, &w.id);
    if (id_size <= 0) {
        return 0;
    }
    w.id_size = (size_t)id_size;
    int rc = find_file(s, folder, &w, &s->common);
    if (rc == -ENOENT) {
        layout_error_set(error, 0,
                         "%.400s has only part of its debug information: dwz moved the rest to another file\n"
                         "  install that file too: %.400s",
                         s->name, w.link);
        return -ENODATA;
    }
    if (rc < 0 || section(s->common.elf, ".gnu_debugaltlink") != NULL) {
        return cannot_load(s, error, rc, &s->common);
    }
    dwarf_setalt(s->dwarf, s->common.dwarf);
    return 0;
}

bool dwarf_open_dwo(const struct dwarf_source *s, const char *folder, const char *name, struct dwarf_file *dwo)
{
    const struct wanted any = {.link = NULL};
    const char *beside = folder != NULL ? folder : s->split.elf != NULL ? s->split.folder : s->file.folder;
    *dwo = (struct dwarf_file){.elf = NULL};
    int rc = name[0] == '/' ? try_path(dwo, &any, "%s", name) : try_path(dwo, &any, "%s/%s", beside, name);
    if (rc == 0 && section(dwo->elf, ".gnu_debugaltlink") == NULL) {
        return true;
    }
    dwarf_file_close(dwo);
    return false;
}

/* ---- entry points ---- */

int dwarf_source_open(struct dwarf_source *s, const struct layout_dwarf_file *file, struct layout_error *error)
{
    int rc = open_itself(s, file, error);
    if (rc < 0) {
        return rc;
    }
    bool own = has_debug_info(s->file.elf);
    struct dwarf_file *f = own ? &s->file : &s->split;
    rc = own ? load_dwarf(f, file->fd) : open_split(s);
    if (rc < 0) {
        return rc == -ENOENT ? no_debug_info(s, error) : cannot_load(s, error, rc, f);
    }
    s->dwarf = f->dwarf;
    return open_common(s, f->folder, error);
}

void dwarf_source_close(struct dwarf_source *s)
{
    dwarf_file_close(&s->split);
    dwarf_file_close(&s->file);
    dwarf_file_close(&s->common);
}

/* ---- candidates ---- */

int layout_dwarf_candidates(const struct layout_dwarf_file *file, struct layout_candidates *out,
                            struct layout_error *error)
{
    struct dwarf_source s;
    *out = (struct layout_candidates){.list = NULL};
    layout_error_set(error, 0, "%s", "");
    int rc = open_itself(&s, file, error);
    Elf_Scn *scn = rc == 0 ? section(s.file.elf, "shm_layout") : NULL;
    Elf_Data *data = scn != NULL ? elf_rawdata(scn, NULL) : NULL;
    if (rc == 0 && has_changed(&s.file, file->fd)) {
        rc = cannot_load(&s, error, -EAGAIN, &s.file);
    } else if (data != NULL && data->d_buf != NULL) {
        rc = layout_candidates_parse(data->d_buf, data->d_size < CANDIDATES_MAX ? data->d_size : CANDIDATES_MAX, out);
    } else if (scn != NULL) {
        rc = not_elf(&s, error, "a damaged ELF file (cut short?)");
    }
    if (rc == -ENOMEM) {
        layout_error_set(error, 0, "%s", strerror(ENOMEM));
    }
    dwarf_source_close(&s);
    return rc;
}
