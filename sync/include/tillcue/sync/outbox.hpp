#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tillcue/core/outcome.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {

struct OutboxLimits {
  std::uint64_t most_rows = 500'000;         ///< weeks of a busy till
  std::uint64_t most_bytes = 128ULL << 20U;  ///< of payload
  std::size_t most_buffered = 2'000;         ///< appended and not committed, while the disk does not take them
  std::uint64_t least_free = 32ULL << 20U;   ///< bytes of the disk; with less left, detail makes room within the file
  std::function<std::uint64_t()> free_on_disk{};  ///< empty: asks the file system
};

/// A terminal's results until HQ has them: one SQLite file, one writer connection (decision 4).
/// A result exists once commit() has returned without error; it is deleted only by acknowledge(). Sequence numbers
/// count from 1 within the epoch and are never reused, also not after kill -9 at any point.
/// When it or the disk is nearly full, the oldest results become sums by day, campaign and item (thinned.hpp): one
/// event in the place of many, which covers their numbers. Only when it is full and there is no detail left, the oldest
/// sums become a count of what was lost. The oldest 200 numbers stay as they are: they may be at HQ already.
/// Threads  one.
class Outbox {
 public:
  /// Opens or creates the file; a new file draws a new epoch.
  /// Errors  invalid (the file belongs to another terminal), busy, io, corrupt (move the file away: a new epoch
  /// starts).
  static Result<Outbox> open(std::filesystem::path const& file, TerminalId terminal, OutboxLimits limits = {});
  Outbox(Outbox&&) noexcept;
  Outbox& operator=(Outbox&&) noexcept;
  ~Outbox();

  /// Into the group in memory; touches no disk.
  /// Errors  invalid (cannot travel, see encode_event; counted as refused), busy (most_buffered; counted as refused).
  Result<void> append(Outcome const& outcome);
  /// The whole group in one transaction, fsync included (p50 4 ms on a small disk). Nothing to do costs nothing.
  /// Errors  busy (disk full, locked), io: the group stays in memory and the next commit tries again.
  Result<void> commit();

  /// The oldest committed results up to the limits of a batch; nothing when there are none.
  [[nodiscard]] Result<std::optional<Batch>> next_batch();
  /// HQ holds everything up to `through`: deletes it. Another epoch or an older mark changes nothing.
  /// Errors  invalid (a number that was never given out), else of the disk.
  Result<void> acknowledge(Epoch epoch, std::uint64_t through);

  [[nodiscard]] TerminalId const& terminal() const noexcept;
  [[nodiscard]] Epoch epoch() const noexcept;
  [[nodiscard]] std::uint64_t pending() const noexcept;        ///< rows: committed, not acknowledged
  [[nodiscard]] std::size_t buffered() const noexcept;         ///< appended, not committed
  [[nodiscard]] std::uint64_t last_sequence() const noexcept;  ///< highest number given out
  [[nodiscard]] std::uint64_t dropped() const noexcept;  ///< thrown away because it was full, since the epoch began
  [[nodiscard]] std::uint64_t thinned() const noexcept;  ///< became sums, since the epoch began
  /// Why commits make room now; empty: they need not.
  [[nodiscard]] std::string const& shortage() const noexcept;
  [[nodiscard]] std::uint64_t refused() const noexcept;  ///< append() said no, since the start of the program

 private:
  struct State;
  explicit Outbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tillcue::sync
