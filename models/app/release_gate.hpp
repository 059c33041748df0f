#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "command.hpp"
#include "tillcue/models/gate.hpp"

namespace tillcue::models::app {

/// `build --replaces`: the bundle must not be worse than the one in the shops.
class ReleaseGate {
 public:
  void add_to(CLI::App& command);
  [[nodiscard]] bool wanted() const noexcept { return !replaces_.empty(); }

  /// What --max-bytes said; unlimited without.
  [[nodiscard]] std::size_t most_bytes() const noexcept { return most_bytes_ > 0 ? most_bytes_ : SIZE_MAX; }

  /// Reads the running bundle and makes build() ask before it is done. Borrows all until then.
  Result<void> watch(Dataset const& data, Catalogue const& catalogue, BuildOptions& options, Progress const& progress);
  [[nodiscard]] bool refused() const noexcept { return verdict_ && !verdict_->passed() && !force_; }
  [[nodiscard]] std::optional<GateVerdict> const& verdict() const noexcept { return verdict_; }

  /// Prints what was looked at.
  void show() const;
  /// Keeps the refused bundle beside `out` to look at, and says why. Errors  io.
  Result<void> refuse(std::string const& out, std::span<std::byte const> bundle) const;

 private:
  std::string replaces_;
  bool force_ = false;
  std::size_t most_bytes_ = 0;
  GateOptions options_;
  std::optional<Ranker> running_;
  std::optional<GateVerdict> verdict_;
};

}  // namespace tillcue::models::app
