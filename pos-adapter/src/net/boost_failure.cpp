#include <cstdio>
#include <cstdlib>
#include <exception>

#include <boost/throw_exception.hpp>

#ifdef BOOST_NO_EXCEPTIONS
// What Boost calls instead of throwing. Every call of ours asks for an error code, so what comes here is a bug or want of
// memory: said, and the program ends.
void boost::throw_exception(std::exception const& failure) {
  std::fprintf(stderr, "ended by a library: %s\n", failure.what());
  std::abort();
}

void boost::throw_exception(std::exception const& failure, boost::source_location const&) { throw_exception(failure); }
#endif
