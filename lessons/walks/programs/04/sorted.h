struct reading {
    double value;
    int count;
    char kind;
    char unit;
};
