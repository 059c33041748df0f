#include "tillcue/core/result.hpp"

#include <utility>

namespace tillcue {

std::string_view name(Code code) noexcept {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not_found";
    case Code::corrupt:
      return "corrupt";
    case Code::unsupported:
      return "unsupported";
    case Code::io:
      return "io";
    case Code::timeout:
      return "timeout";
    case Code::busy:
      return "busy";
    case Code::rejected:
      return "rejected";
  }
  return "unknown";
}

Error Error::within(std::string_view where) const {
  std::string text(where);
  text += ": ";
  text += what;
  return {code, std::move(text)};
}

tl::unexpected<Error> fail(Code code, std::string what) { return tl::make_unexpected(Error{code, std::move(what)}); }

}  // namespace tillcue
