/* View read: the steps to a picture: fit the window to the segment, find its layout, read its bytes. See view.h. */
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/sync_fields.h"
#include "screen.h"

int view_read_file(const char *path, uint8_t **bytes, size_t *size)
{
    struct source file;
    const struct source_spec spec = {.kind = &source_file, .path = path};
    int rc = source_open(&file, &spec);
    uint8_t *all = rc == 0 ? malloc(source_size(&file) + 1) : NULL;
    if (all != NULL) {
        *bytes = all;
        *size = source_read(&file, 0, all, source_size(&file));
    }
    source_close(&file);
    return rc < 0 ? rc : all == NULL ? -ENOMEM : 0;
}

void view_use_layout(struct view *v)
{
    const struct layout *l = layout_choice_layout(&v->layout_choice);
    snapshot_start(&v->snapshot, l, source_size(&v->source));
    if (v->arguments.renderer == NULL) {
        poll_schedule_find_bell(&v->schedule, &v->source, l);
    }
    v->state.history.rings = v->schedule.address != NULL;
    v->state.window.guarded = v->snapshot.counter != LAYOUT_NO_OFFSET;
    state_set_layout(&v->state, l, layout_choice_title(&v->layout_choice));
}

int view_apply_layout(struct view *v)
{
    struct layout_error error = {.line = 0};
    if (!v->source.spec.kind->maker) {
        source_scan_attachments(&v->source, view_now_ms()); /* its layout comes from a program that has it mapped */
    }
    size_t size = v->state.window.size;
    int found = layout_choice_find(&v->layout_choice, &v->arguments.layout_choice, &v->source, size, &error);
    /* The old layout may be gone, whether or not new ones were found. */
    view_use_layout(v);
    view_record_layout(v);
    if (found < 0 && v->screen != NULL) {
        cursor_answer(&v->state.cursor, "%.*s", (int)strcspn(error.text, "\n"), error.text);
        return 0;
    }
    if (found < 0) {
        fprintf(stderr, "shm-view: %s\n", error.text);
    }
    return found < 0 ? found : 0;
}

int view_start(struct view *v)
{
    v->attachments = v->source.attachments;
    v->state.attached_known = v->source.attached.object.device != 0 || v->source.attached.scanned;
    state_resize(&v->state, source_size(&v->source));
    view_record_source(v);
    uint64_t time = 0;
    const struct recording_reader *recording = source_recording_of(&v->source, &time);
    if (recording != NULL && replay_load(&v->state.replay, &v->state.history, recording) < 0) {
        return -ENOMEM;
    }
    return view_apply_layout(v);
}

bool view_read_at(struct view *v, size_t first, size_t count)
{
    if (v->state.replay.on) {
        return false; /* all that there is was read from the file */
    }
    uint8_t *fresh = malloc(count + 1);
    if (fresh == NULL) {
        return false;
    }
    size_t n = snapshot_take(&v->snapshot, &v->source, view_now_ms(), first, fresh, count);
    v->state.window.doubt = snapshot_line(&v->snapshot);
    bool changed = n > 0 && history_take(&v->state.history, &v->state.window, first, fresh, n);
    free(fresh);
    return changed;
}

bool view_read(struct view *v)
{
    size_t first, count;
    state_want(&v->state, &first, &count);
    bool changed = view_read_at(v, first, count);
    view_record_bytes(v);
    return changed;
}

struct theme view_theme(const struct view *v, bool colours_work)
{
    struct theme theme = screen_theme(colours_work);
    memcpy(theme.role_colour, v->config.role_colour, sizeof theme.role_colour);
    return theme;
}
