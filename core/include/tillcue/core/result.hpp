#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace tillcue {

/// What the caller can do about a failure; everything else is in the text.
enum class Code {
  invalid,      ///< the input breaks a rule: mend it
  not_found,    ///< nothing there under that name
  corrupt,      ///< it was valid once and is damaged: fetch it again
  unsupported,  ///< valid, but newer or other than this build understands
  io,           ///< the operating system or a peer failed
  timeout,      ///< no answer in time: try again
  busy,         ///< cannot now (full, paper out, locked): try again later
  rejected,     ///< understood and refused: trying again will not help
};

std::string_view name(Code code) noexcept;

struct Error {
  Code code = Code::invalid;
  std::string what;  ///< one line for a human: what, where, and the mend

  /// The same error with where it happened in front: "FILE: what".
  [[nodiscard]] Error within(std::string_view where) const;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] tl::unexpected<Error> fail(Code code, std::string what);

}  // namespace tillcue
