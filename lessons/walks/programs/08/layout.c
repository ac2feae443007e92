/* layout: what holder puts into its segment, for shm-view (lessons/08-life-cycle). */
#include "shm_layout.h"

struct held {
    char text[64];
};

SHM_LAYOUT(struct held);
