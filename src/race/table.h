/* Table: one order of a race as text: a row for each step, a column for each process, and what became of the bytes. */
#ifndef SHMLAB_RACE_TABLE_H
#define SHMLAB_RACE_TABLE_H

#include <stdio.h>

#include "layout/dwarf.h"
#include "run.h"

#define TABLE_LINE_MAX 128

/* A place in a program's source. */
struct table_place {
    char file[LAYOUT_SOURCE_MAX]; /* its last part; "": not known */
    int line;
    char text[TABLE_LINE_MAX]; /* of the line, without the blanks around it */
};

struct table {
    const struct run_step *steps;
    size_t count;
    unsigned processes;
    unsigned program[RACE_PROCESSES];               /* of each process */
    const char *elf[RACE_PROCESSES];                /* of each program */
    const char *name[RACE_PROCESSES];               /* of each program, for the heading */
    const struct layout *layout;                    /* of the segment; NULL: not known */
    int segment;                                    /* the one that has this layout */
    size_t marked[2];                               /* steps that are marked; SIZE_MAX: none */
    const struct race_event *waits[RACE_PROCESSES]; /* of each process what it waits in for ever; NULL: it does not */
    unsigned columns;                               /* of the terminal */
    bool utf8;
};

/* Whether the step is in the table. One that is no access, and that says nothing about the race, is not. */
bool table_shows(const struct run_step *s);

void table_print(FILE *out, const struct table *t);

/* The first step of the row with this number, as it is printed, from 1; SIZE_MAX: there is none. */
size_t table_step(const struct table *t, unsigned row);

/* Where in the source of its program a site is. */
struct table_place table_place(const char *elf, uint64_t site);

/* "counter", or "bytes 16 to 19" if no field is known there. */
void table_field(const struct table *t, int segment, uint32_t offset, uint32_t size, char *out, size_t room);

/* The value of these bytes as the field's type shows it, or as a number. */
void table_value(const struct table *t, int segment, uint32_t offset, uint32_t size, race_value value, char *out,
                 size_t room);

#endif
