/* Page parts: the style sheet and the script of an HTML page: page.css and page.js, made into C by embed.cmake.
 *
 * Each is a list of lines that ends with NULL: a compiler need not take longer strings than 4095 bytes. */
#ifndef SHMLAB_PAGE_PARTS_H
#define SHMLAB_PAGE_PARTS_H

extern const char *const page_style[], *const page_script[];

/* SHA-256 of the script in base64, as a Content-Security-Policy names the only script that may run. */
extern const char page_script_hash[];

#endif
