/* list: a list of words in a shared memory segment. builder writes it, walker reads it.
 *
 * A link is an offset: how many bytes from the start of the segment to the node. 0 is the end. */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>
#include <stdint.h>

#define PROJ 9    /* for ftok */
#define SIZE 4096 /* bytes of the segment */
#define WORD 8    /* bytes of a word, with its NUL */

/* A node: 16 bytes, anywhere after the head. */
struct node {
    uint64_t next; /* the node that follows: an offset */
    char word[WORD];
};

/* The segment: the head, and room for nodes. */
struct list {
    uint64_t first; /* the first node: an offset */
    char unused[8];
    struct node nodes[(SIZE - 16) / sizeof(struct node)];
};

static inline uint64_t offset_of(const struct list *list, const struct node *node)
{
    return node == NULL ? 0 : (uint64_t)((uintptr_t)node - (uintptr_t)list);
}

static inline int offset_good(uint64_t offset)
{
    return offset >= 16 && offset <= SIZE - sizeof(struct node);
}

static inline struct node *node_of(struct list *list, uint64_t offset)
{
    return offset == 0 ? NULL : (struct node *)((uintptr_t)list + offset);
}

#endif
