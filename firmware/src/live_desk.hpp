#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "live_file.hpp"
#include "tillcue/firmware/checkout.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/sync/live_store.hpp"
#include "tillcue/sync/settings.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::terminal {

/// Brings head office's live state to the checkout and keeps both it and what was spent of budgets on the disk: the one
/// place where they arrive, whatever carries them. A state that is not good is told in the log and the one before
/// holds, also over a restart. What holds is everything that any of them says: the file, and head office's words to the
/// chain, the group, the store and this terminal; of two grants of one name the word's. Beside them it keeps, within a
/// second, what customers were offered today, and, within a minute and at the end, how items sell.
/// Threads  the io_context's.
class LiveDesk {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kLook{1};  ///< between two looks at the file
  static constexpr std::chrono::seconds kRetry{
      30};  ///< between two attempts to open the store, or to write a day that failed
  static constexpr std::chrono::seconds kHabits{60};  ///< between two writings of how items sell

  /// Borrows all.
  LiveDesk(Config const& config, Log const& log, Checkout& checkout);

  /// Takes what is on the disk.
  void start();
  /// Looks at the file and at a store that would not open, when it is time.
  void tick(Clock::time_point now);
  /// Writes what is not kept yet.
  void stop();
  [[nodiscard]] Clock::time_point next_due() const noexcept { return look_; }

  /// See CheckoutPorts::keep_spent.
  bool keep(std::map<std::string, Allotment> const& spent);

  /// Number of the word of that name (sync::held_name) that is held; 0: none.
  [[nodiscard]] std::uint64_t held(std::string const& name) const;
  /// Content of a word that is kept here for others (keys, config); empty: none.
  [[nodiscard]] std::string content(std::string const& name) const;
  /// A word of head office: a live one acts at once; each is kept. One that cannot be kept acts all the same until
  /// the program ends.  Errors  invalid: it changes nothing.
  Result<void> hold(sync::Word const& word);
  /// What head office's configuration words say together: chain, then group, store, this terminal. One on the disk that
  /// this program does not take is told in the log and passed over.
  [[nodiscard]] sync::Settings const& settings() const noexcept { return settings_; }
  /// What is held and spent, for head office.
  [[nodiscard]] sync::Held holding() const;
  /// Called when holding() has changed by itself: something was spent.
  std::function<void()> on_spent;
  /// Called when settings() may have changed: a word came, or the store was opened.
  std::function<void()> on_settings;
  /// Called with what every state says that tills call items; the later one has the last word.
  std::function<void(std::vector<LiveState::Name> const&)> on_names;
  /// Why nothing of it is kept; empty: it is.
  [[nodiscard]] std::string const& unkept() const noexcept { return trouble_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
  /// What is stopped, by whom.
  struct Stops {
    bool all = false;
    std::size_t campaigns = 0;
  };
  [[nodiscard]] Stops stopped_by_file() const;
  [[nodiscard]] Stops stopped_by_words() const;
  /// The file is gone, and something of what it said last holds on.
  [[nodiscard]] bool holds_without_file() const noexcept { return orphaned_; }

 private:
  void open_store();
  void look();
  void tell_orphaned();
  bool take(std::string const& text, std::string const& name);
  void recall();
  void merge_settings();
  void heed_settings();
  void apply();
  [[nodiscard]] bool for_this_store(LiveState const& state) const;
  [[nodiscard]] std::vector<std::string> my_scopes(sync::WordKind kind) const;
  void restore_books();
  void keep_day(Clock::time_point now);
  void keep_shelf();
  void tell_shelf();

  Config const& config_;
  Log const& log_;
  Checkout& checkout_;
  LiveFile file_;
  LiveState by_file_;
  std::map<std::string, LiveState> by_word_;                             ///< live ones, by name
  std::map<std::string, sync::LiveStore::KeptWord> words_;               ///< of every kind
  std::map<std::string, std::map<std::string, std::uint32_t>> numbers_;  ///< of grants, by word; kept, and ours
  sync::Settings settings_;                                              ///< of all configuration words together
  std::optional<sync::LiveStore> store_;
  std::string trouble_;                              ///< of opening it
  std::set<std::string, std::less<>> probably_out_;  ///< as last told in the log
  Clock::time_point look_{}, retry_{}, habits_{}, day_{};
  std::uint64_t refused_ = 0;
  bool orphaned_ = false;  ///< the file is gone and told to be, and holds on
};

}  // namespace tillcue::terminal
