/* Includes the solution. */
typedef int answer;
#include SOLUTION
