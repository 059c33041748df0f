#pragma once

#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tillcue::models {

/// How far a long step is, from 0 to 1.
using Advance = std::function<void(double)>;

/// Told what is going on. Empty: nobody wants to know.
class Progress {
 public:
  using Step = std::function<void(std::string_view)>;

  Progress() = default;
  template <class Told, class = std::enable_if_t<std::is_invocable_v<Told&, std::string_view>>>
  Progress(Told told) : step_(std::move(told)) {}  // NOLINT(google-explicit-constructor): a lambda will do
  Progress(Step step, Advance advance) : step_(std::move(step)), advance_(std::move(advance)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(step_); }
  /// The name of a step when it begins; "" when the last one is done.
  void operator()(std::string_view step) const { step_(step); }
  /// What a long step calls; may be empty.  Threads  one call at a time.
  [[nodiscard]] Advance const& advance() const noexcept { return advance_; }

 private:
  Step step_;
  Advance advance_;
};

}  // namespace tillcue::models
