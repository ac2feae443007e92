struct reading {
    char kind;
    double value;
    char unit;
    int count;
};
