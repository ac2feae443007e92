/* Fuzz: any bytes as a config file. Settings must be in range, and error messages printable. */
#include <stdlib.h>

#include "viewer/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    config_init(&c);
    config_parse(&c, (const char *)data, size);
    bool good = c.hz >= 0 && c.hz <= 1000 && c.width >= 0 && c.width <= 64;
    for (unsigned f = 0; f < GRID_FAMILIES; f++) {
        good = good && c.palette.colour[f] >= 1 && c.palette.colour[f] <= 7;
    }
    for (size_t i = 0; i < c.problem_count && i < CONFIG_PROBLEMS_MAX; i++) {
        for (const char *at = c.problems[i].text; *at != '\0'; at++) {
            good = good && *at >= ' ' && *at <= '~';
        }
    }
    if (!good) {
        abort();
    }
    return 0;
}
