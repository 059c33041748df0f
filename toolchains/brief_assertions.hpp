#pragma once

// Included before everything in hardened builds: the library's checks as they are, and what they say without the function's
// full spelling. With it every template that checks an index carries its name and its arguments' as text: a tenth of a
// terminal's program. File, line and condition are said, and the program ends, as before.
#include <cstddef>

#if defined(_GLIBCXX_ASSERTIONS) && defined(__glibcxx_assert_impl)
#undef __glibcxx_assert_impl
#define __glibcxx_assert_impl(condition)                              \
  if (__builtin_expect(!bool(condition), false)) {                    \
    __glibcxx_constexpr_assert(false);                                \
    std::__glibcxx_assert_fail(__FILE__, __LINE__, "", #condition); \
  }
#endif
