#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "live_file.hpp"
#include "second_thread.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/live_state.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/alias_book.hpp"
#include "tillcue/pos/basket_follower.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::terminal {

/// Counted since start.
struct NameCounters {
  std::uint64_t by_code = 0, by_alias = 0, by_name = 0, unknown = 0, ambiguous = 0;
};

/// Which item of the bundle in force a feed's line is: by its code, by an alias, by its name. What stays open is sold
/// as "name:WHAT WAS HEARD", and so told to head office with its sale.
/// Keeps    data_dir/aliases.csv: what was learned.
/// Threads  one; a bundle's names are indexed on a second one, and those of the bundle before answer until it is done.
class NameDesk {
 public:
  static constexpr std::size_t kMostLogged = 500;  ///< open names told in the log, each once
  static constexpr std::chrono::seconds kLook{5};  ///< between looks at head office's file
  static constexpr std::chrono::seconds kSave{60};

  NameDesk(Config const& config, Log const& log);

  /// Reads what was learned and what head office says. A faulty file is told in the log and changes nothing; one that
  /// is away is told once.
  void start();
  /// What head office says now in live words, whole; goes before its file.
  void tell(std::vector<LiveState::Name> const& names);
  /// `soon`: names will be asked for, so that no sale is to wait for the first look-up.
  void use(std::shared_ptr<Bundle const> bundle, bool soon);
  /// The one in force; may be none.
  [[nodiscard]] std::shared_ptr<Bundle const> const& bundle() const noexcept { return bundle_; }
  /// The names of the bundle in force are indexed.
  [[nodiscard]] bool ready();
  /// By an alias or by its name; what stays open is counted.
  pos::NameMatch find(pos::HeardName const& heard);
  /// Never empty. `cut_at`: characters the feed has room for; 0: not known.
  Sku resolve(pos::HeardLine const& heard, std::size_t cut_at);
  /// A till that sends both: what it calls the items is learned.
  void hear(pos::PutLine const& put);

  void tick(std::chrono::steady_clock::time_point now);
  /// Writes what is new.
  void save();

  [[nodiscard]] NameCounters const& counters() const noexcept { return counters_; }

 private:
  void read_aliases();
  void index();
  void take_index();
  [[nodiscard]] std::optional<Sku> alias_of(pos::HeardName const& heard) const;
  [[nodiscard]] pos::NameMatcher const& matcher();
  void learn(pos::HeardName const& heard, ItemIx item);
  Sku open(pos::HeardLine const& heard, pos::MatchHow how);

  Currency currency_;
  std::filesystem::path learned_file_;
  std::optional<LiveFile> aliases_file_;
  bool aliases_there_ = true;  ///< nothing was said of its being away
  Log const& log_;
  pos::AliasBook learned_;
  pos::AliasBook said_;  ///< by head office, in live words
  pos::AliasBook told_;  ///< by head office's file
  std::shared_ptr<Bundle const> bundle_;
  std::optional<pos::NameMatcher> matcher_;  ///< of the bundle, or the one before it while the next is made
  Aside<pos::NameMatcher> next_;             ///< goes before nothing it uses: it shares the bundle
  bool stale_ = true;                        ///< neither matcher_ nor next_ is the bundle's
  std::set<std::string> logged_;
  std::uint64_t saved_ = 0;
  std::chrono::steady_clock::time_point next_look_{}, next_save_{};
  NameCounters counters_;
};

}  // namespace tillcue::terminal
