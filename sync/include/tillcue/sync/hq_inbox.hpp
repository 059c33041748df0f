#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/manifest.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/state.hpp"

namespace tillcue::sync {

/// What became of one batch, event by event.
struct Stored {
  std::size_t added = 0;
  std::size_t duplicates = 0;  ///< same number, same content: ignored
  std::size_t changed = 0;     ///< same number, other content: the first stays, an alarm is kept
  std::size_t lost = 0;        ///< the terminal was full and had to throw the result away
  std::size_t thinned = 0;     ///< results of which only sums came
  std::size_t unread = 0;      ///< added to the inbox only: of a type this program does not know, or malformed
  std::uint64_t through = 0;   ///< last number of the batch, with those that sums stand for
  Ack ack;                     ///< what may be said to the terminal now; committed already
};

/// HQ's durable side: batches, terminal states and releases into SQLite, each in one transaction with synchronous=FULL.
/// The one writer of its file.
/// Threads  any.
/// Errors of all  busy (locked, disk full), io, corrupt: nothing of the call was stored and it may be repeated.
class Inbox {
 public:
  /// Creates or upgrades the file. A call waits for a lock of another process for at most `patience`.
  static Result<Inbox> open(std::filesystem::path const& file,
                            std::chrono::milliseconds patience = std::chrono::seconds{5});
  Inbox(Inbox&&) noexcept;
  Inbox& operator=(Inbox&&) noexcept;
  ~Inbox();

  /// Exactly once per (terminal, epoch, number), in whatever order and however often batches arrive.
  Result<Stored> store(Batch const& batch, Timestamp received);

  /// `retained`: the broker repeated an old message, which is no sign of life. An offline word changes presence only.
  Result<void> note_state(TerminalState const& state, bool retained, Timestamp received);

  /// Runs `task` on the same connection, in one transaction, with nobody else on it: HQ's file has one writer.
  /// Errors  those of `task`, and of committing: nothing was stored.
  Result<void> together(std::function<Result<void>(Database&)> const& task);

  /// Remembers a manifest whose signature was checked. Seeing it again changes nothing.
  Result<void> note_release(Manifest const& manifest, Timestamp received);
  /// The newest of each scope.
  [[nodiscard]] Result<std::vector<Manifest>> manifests();

 private:
  struct Tables;
  explicit Inbox(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace tillcue::sync
