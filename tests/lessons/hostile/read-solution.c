/* Looks for the answers. FOLDERS: where they are. It prints what it finds. */
#include <dirent.h>
#include <stdio.h>

int main(void)
{
    static const char *folders[] = {FOLDERS};
    int found = 0;

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        DIR *dir = opendir(folders[i]);
        for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
            if (entry->d_name[0] != '.') {
                printf("ANSWER %s/%s\n", folders[i], entry->d_name);
                found++;
            }
    }
    printf("looked, %d found\n", found);
    return 1;
}
