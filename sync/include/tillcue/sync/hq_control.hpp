#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// Where `serve` takes requests: a UNIX socket that its owner alone may use (0600). One line in, one line out, one
/// request a connection.
/// Threads  a thread of its own, on which `answer` runs.
class HqControl {
 public:
  /// A socket file nobody answers on is replaced.  Errors  rejected (another serve answers there), io, invalid (a path
  /// too long for a socket).
  static Result<std::unique_ptr<HqControl>> listen(std::filesystem::path const& file,
                                                   std::function<std::string(std::string_view)> answer);
  ~HqControl();
  HqControl(HqControl const&) = delete;
  HqControl& operator=(HqControl const&) = delete;

 private:
  struct State;
  explicit HqControl(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Asks the serve behind that socket.  Errors  not_found (nobody there), timeout, io.
Result<std::string> ask_serve(std::filesystem::path const& file, std::string_view line,
                              std::chrono::milliseconds patience = std::chrono::seconds{15});

/// Beside the database, unless another file is named.
std::filesystem::path control_file(std::filesystem::path const& database);

}  // namespace tillcue::sync
