/* The answer, by the preprocessor. */
typedef int answer;
#include SOLUTION
