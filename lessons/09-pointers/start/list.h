/* list: a list of words in a shared memory segment. builder writes it, walker
 * reads it.
 *
 * TODO 1: a link is a pointer here. Make it an offset: how many bytes from
 * the start of the segment to the node. 0 is the end. */
#ifndef LIST_H
#define LIST_H

#include <stdint.h>

#define PROJ 9    /* for ftok */
#define SIZE 4096 /* bytes of the segment */
#define WORD 8    /* bytes of a word, with its NUL */

/* A node: 16 bytes, anywhere after the head. */
struct node {
    struct node *next; /* the node that follows */
    char word[WORD];
};

/* The segment: the head, and room for nodes. */
struct list {
    struct node *first; /* the first node */
    char unused[8];
    struct node nodes[(SIZE - 16) / sizeof(struct node)];
};

#endif
