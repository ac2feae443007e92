/* An executable of four gigabytes. */
char huge[1UL << 32] = {1};
int main(void) { return huge[12345]; }
