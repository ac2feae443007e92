struct __attribute__((packed)) reading {
    char kind;
    double value;
    char unit;
    int count;
};
