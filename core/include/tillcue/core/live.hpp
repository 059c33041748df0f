#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/bundle.hpp"

namespace tillcue {

/// Money (minor units) and offers that may be given away.
struct Allotment {
  std::int64_t minor = 0;
  std::int64_t issues = 0;

  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
  friend constexpr bool operator==(Allotment const&, Allotment const&) = default;
};

/// What moves faster than bundles and arrives apart from them: stop switches, this terminal's shares of the budgets,
/// and what is out of stock (S6, D7, D9). Kept by name, so that it outlives a bundle; use() binds it to the one in
/// force. A budgeted campaign without a share of its own has the bundle's free allotment, which head office has counted
/// as spent already. A partner's share, where there is one or the bundle has a budget of the partner, bounds all
/// campaigns of that partner together. Threads one. What is noexcept allocates nothing.
class Live {
 public:
  Live() = default;
  Live(Live const&) = delete;
  Live& operator=(Live const&) = delete;

  /// Borrows the bundle until the next use().
  void use(Bundle const& bundle);

  /// "" stops everything.
  void stop(std::string_view campaign, bool stopped);
  /// Shares as granted since the campaign began; whatever was spent counts against them. Names a campaign, which is
  /// budgeted from then on, or "partner:NAME".
  void grant(std::string_view name, Allotment granted);
  void out_of_stock(std::string_view sku, bool out);
  /// The same, when only its sales say so; told stock and this are apart.
  void probably_out(std::string_view sku, bool out);

  /// An offer of campaign `n` has been made that costs at most `cost`, or has not reached anybody after all.
  void spend(std::size_t n, std::int64_t cost) noexcept;
  void give_back(std::size_t n, std::int64_t cost) noexcept;
  /// What was spent by name, to be stored and restored: a restart must not fill a purse again.
  [[nodiscard]] std::map<std::string, Allotment> spent() const;
  void restore(std::map<std::string, Allotment> const& spent);

  [[nodiscard]] bool stopped(std::size_t n) const noexcept { return all_stopped_ || bound_[n].stopped; }
  /// True when campaign `n` may make one more offer that costs `cost`.
  [[nodiscard]] bool affords(std::size_t n, std::int64_t cost) const noexcept;
  /// Told or probable.
  [[nodiscard]] bool out_of_stock(ItemIx item) const noexcept;
  /// Probable, and nobody has told it.
  [[nodiscard]] bool only_probably_out(ItemIx item) const noexcept;

  /// What campaign `n` may still give away; unlimited when nothing bounds it.
  [[nodiscard]] Allotment left(std::size_t n) const noexcept;
  [[nodiscard]] bool all_stopped() const noexcept { return all_stopped_; }
  /// Items of the bundle that are out of stock, told or probably, ascending.
  [[nodiscard]] std::span<ItemIx const> missing() const noexcept { return missing_; }

 private:
  struct Purse {
    bool granted = false;
    Allotment share, spent;
  };
  struct Bound {
    bool stopped = false;
    Allotment free;
    Purse* own = nullptr;  ///< of a budgeted campaign
    Purse* partner = nullptr;
    std::optional<Allotment> partner_free;  ///< of a partner with a budget
  };

  [[nodiscard]] static Allotment left(Purse const& purse, Allotment share) noexcept;
  void bind_campaigns();
  using Codes = std::set<std::string, std::less<>>;
  void put(Codes& codes, std::string_view sku, bool out);
  void find_items(Codes const& codes, std::vector<ItemIx>& out) const;
  void bind_stock();

  bool all_stopped_ = false;
  std::set<std::string, std::less<>> stops_;
  std::map<std::string, Purse, std::less<>> purses_;  ///< nodes stay where they are
  Codes stock_;                                       ///< that are out
  Codes probable_;                                    ///< that probably are
  Bundle const* bundle_ = nullptr;
  std::vector<Bound> bound_;     ///< per campaign
  std::vector<ItemIx> missing_;  ///< sorted
  std::vector<ItemIx> told_;     ///< of these; sorted
};

}  // namespace tillcue
