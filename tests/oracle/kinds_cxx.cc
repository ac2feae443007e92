// kinds_cxx: what C++ adds to kinds.c: classes, bases, namespaces, templates, static members, a virtual table.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "shm_layout.h"

#ifdef __clang__
#define VPTR "$" // what the compiler writes after _vptr
#else
#define VPTR "."
#endif

namespace ns {
struct point {
    int x, y;
    static int count;
    static const int fixed = 3;
    int sum() const { return x + y; }
};
int point::count;

enum class level : std::uint8_t { low, high = 200 };

class box {
  public:
    point corner;
    level how;
    bool open;
    struct inside {
        char a;
        long b;
    } in;
};
namespace deep {
struct leaf {
    char c;
    double d;
};
} // namespace deep
namespace {
struct hidden {
    short s;
    int i;
};
} // namespace
} // namespace ns

struct base {
    long a;
    char b;
};
struct derived : base {
    int c;
};
struct nothing {
};
struct with_empty : nothing, base {
    char d;
};
struct tail_base {
    tail_base();
    long a;
    char b;
};
tail_base::tail_base() : a(0), b(0) {}
struct tail_derived : tail_base { // d lies in the tail padding of tail_base
    char d;
    int e;
};
struct shape {
    virtual ~shape();
    virtual int area() const;
    int sides;
};
shape::~shape() = default;
int shape::area() const { return 0; }

template <typename A, typename B> struct pair_of {
    A first;
    B second;
};

struct refs {
    int &r;
    int &&rr;
    int ns::point::*member;
    int (ns::point::*method)() const;
    std::nullptr_t null;
    char16_t u16;
    char32_t u32;
    std::atomic<int> turn;
    bool flag : 1;
    unsigned rest : 9;
};

typedef pair_of<char, double> char_double;
SHM_LAYOUT(ns::point);
SHM_LAYOUT(ns::box);
SHM_LAYOUT(ns::box::inside);
SHM_LAYOUT(ns::deep::leaf);
SHM_LAYOUT(ns::hidden);
SHM_LAYOUT(derived);
SHM_LAYOUT(with_empty);
SHM_LAYOUT(tail_derived);
SHM_LAYOUT(shape);
SHM_LAYOUT(refs);
SHM_LAYOUT(char_double);

template <typename T> static void head(const char *name) { std::printf("= %s %zu %zu\n", name, sizeof(T), alignof(T)); }

#define LEAF(type, path, shown)                                                                                       \
    std::printf("%s %zu %zu\n", shown, __builtin_offsetof(type, path), sizeof(static_cast<type *>(nullptr)->path))

// One object of each type that offsetof may not look into.
template <typename T, typename M> static void leaf_of(const T &object, const M &member, const char *shown)
{
    std::printf("%s %zu %zu\n", shown,
                static_cast<std::size_t>(reinterpret_cast<const char *>(&member) - reinterpret_cast<const char *>(&object)),
                sizeof member);
}

static void plain()
{
    head<ns::point>("ns::point");
    LEAF(ns::point, x, "x");
    LEAF(ns::point, y, "y");
    head<ns::box>("ns::box");
    LEAF(ns::box, corner.x, "corner.x");
    LEAF(ns::box, corner.y, "corner.y");
    LEAF(ns::box, how, "how");
    LEAF(ns::box, open, "open");
    LEAF(ns::box, in.a, "in.a");
    LEAF(ns::box, in.b, "in.b");
    head<ns::box::inside>("ns::box::inside");
    LEAF(ns::box::inside, a, "a");
    LEAF(ns::box::inside, b, "b");
    head<ns::deep::leaf>("struct ns::deep::leaf");
    LEAF(ns::deep::leaf, c, "c");
    LEAF(ns::deep::leaf, d, "d");
    head<ns::deep::leaf>("leaf");
    LEAF(ns::deep::leaf, c, "c");
    LEAF(ns::deep::leaf, d, "d");
    head<ns::hidden>("ns::hidden");
    LEAF(ns::hidden, s, "s");
    LEAF(ns::hidden, i, "i");
    head<char_double>("char_double");
    LEAF(char_double, first, "first");
    LEAF(char_double, second, "second");
    head<char_double>("pair_of<char, double>");
    LEAF(char_double, first, "first");
    LEAF(char_double, second, "second");
}

static void inherited()
{
    static derived d;
    head<derived>("derived");
    leaf_of(d, d.a, "base.a");
    leaf_of(d, d.b, "base.b");
    leaf_of(d, d.c, "c");
    static with_empty w;
    head<with_empty>("struct with_empty");
    leaf_of(w, w.a, "base.a");
    leaf_of(w, w.b, "base.b");
    leaf_of(w, w.d, "d");
    static tail_derived t;
    head<tail_derived>("tail_derived");
    leaf_of(t, t.a, "tail_base.a");
    leaf_of(t, t.b, "tail_base.b");
    leaf_of(t, t.d, "d");
    leaf_of(t, t.e, "e");
    static shape s;
    head<shape>("shape");
    std::printf("_vptr%sshape 0 %zu\n", VPTR, sizeof(void *));
    leaf_of(s, s.sides, "sides");
}

int main()
{
    plain();
    inherited();
    return 0;
}
