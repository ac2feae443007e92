/* layout: what builder puts into its segment, for shm-view. */
#include "list.h"
#include "shm_layout.h"

SHM_LAYOUT(struct list);
