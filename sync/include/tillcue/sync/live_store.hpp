#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tillcue/core/live.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// What a terminal must remember of budgets and of head office's last live state: a restart may neither fill a purse
/// again nor start what was stopped. One SQLite file of its own, one writer connection, so that a damaged or full
/// outbox has no say in it and a terminal without sync has it too. Threads  one.
class LiveStore {
 public:
  /// Opens or creates the file.  Errors  busy, io, corrupt (nothing is thrown away: what was spent would be free
  /// again).
  static Result<LiveStore> open(std::filesystem::path const& file);
  LiveStore(LiveStore&&) noexcept;
  LiveStore& operator=(LiveStore&&) noexcept;
  ~LiveStore();

  /// What was spent by name, as last kept.
  [[nodiscard]] std::map<std::string, Allotment> const& spent() const noexcept;
  /// Durable on return. Writes what differs from before, in one transaction; nothing differs: nothing is written.
  /// Errors  busy (disk full), io: the file holds what it held.
  Result<void> keep(std::map<std::string, Allotment> const& spent);

  /// A word of HQ as it was taken (word.hpp): number and content.
  struct KeptWord {
    std::uint64_t number = 0;
    std::string content;
  };
  /// By held_name().
  [[nodiscard]] std::map<std::string, KeptWord> const& words() const noexcept;
  /// In the place of the one of that name.  Errors  as keep.
  Result<void> keep_word(std::string const& name, KeptWord word);

  /// The text of the last live state by file that was good; empty when there was none.
  [[nodiscard]] std::string const& state() const noexcept;
  /// Errors  as keep.
  Result<void> keep_state(std::string_view text);

 private:
  struct Tables;
  explicit LiveStore(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace tillcue::sync
