#include <cstdio>
#include <cstdlib>
#include <exception>

#include <boost/throw_exception.hpp>

#ifdef BOOST_NO_EXCEPTIONS
// What Boost calls where it would throw. Nothing of ours catches that, so it is a bug or want of memory: said, and the
// program ends.
void boost::throw_exception(std::exception const& failure) {
  std::fprintf(stderr, "ended by a library: %s\n", failure.what());
  std::abort();
}

void boost::throw_exception(std::exception const& failure, boost::source_location const&) { throw_exception(failure); }
#endif
