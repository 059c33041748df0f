#include "tillcue/core/live.hpp"

#include <algorithm>

namespace tillcue {
namespace {

constexpr std::string_view kPartner = "partner:";

void add(std::int64_t& sum, std::int64_t amount) noexcept {
  if (__builtin_add_overflow(sum, amount, &sum)) sum = Allotment::kUnlimited;
  sum = std::max<std::int64_t>(sum, 0);
}

}  // namespace

void Live::use(Bundle const& bundle) {
  bundle_ = &bundle;
  bind_campaigns();
  bind_stock();
}

void Live::bind_campaigns() {
  if (bundle_ == nullptr) return;
  bound_.assign(bundle_->campaign_count(), {});
  for (std::size_t n = 0; n < bound_.size(); ++n) {
    auto const campaign = bundle_->campaign(n);
    auto& bound = bound_[n];
    bound.stopped = stops_.contains(campaign.id);
    bound.free = {campaign.free_minor, campaign.free_issues};
    auto const own = purses_.find(campaign.id);
    if (campaign.budgeted || (own != purses_.end() && own->second.granted)) {
      bound.own = &purses_[std::string(campaign.id)];
    }
    // What the partner's campaigns spend is counted from the beginning, known share or not.
    if (campaign.partner.empty()) continue;
    auto const partner = std::string(kPartner) + std::string(campaign.partner);
    bound.partner = &purses_[partner];
    if (auto const budget = bundle_->find_budget(partner))
      bound.partner_free = {budget->free_minor, budget->free_issues};
  }
}

void Live::bind_stock() {
  if (bundle_ == nullptr) return;
  told_.clear();
  find_items(stock_, told_);
  missing_ = told_;
  find_items(probable_, missing_);
}

void Live::stop(std::string_view campaign, bool stopped) {
  if (campaign.empty()) {
    all_stopped_ = stopped;
    return;
  }
  if (stopped) {
    stops_.emplace(campaign);
  } else if (auto const found = stops_.find(campaign); found != stops_.end()) {
    stops_.erase(found);
  }
  bind_campaigns();
}

void Live::grant(std::string_view name, Allotment granted) {
  auto& purse = purses_[std::string(name)];
  purse.granted = true;
  purse.share = granted;
  bind_campaigns();
}

/// Adds them to `out`, which is sorted and has each once afterwards.
void Live::find_items(Codes const& codes, std::vector<ItemIx>& out) const {
  for (auto const& code : codes) {
    if (auto const item = bundle_->find(code); item != kNoItem) out.push_back(item);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

void Live::put(Codes& codes, std::string_view sku, bool out) {
  if (out) {
    codes.emplace(sku);
  } else if (auto const found = codes.find(sku); found != codes.end()) {
    codes.erase(found);
  }
  bind_stock();
}

void Live::out_of_stock(std::string_view sku, bool out) { put(stock_, sku, out); }
void Live::probably_out(std::string_view sku, bool out) { put(probable_, sku, out); }

void Live::spend(std::size_t n, std::int64_t cost) noexcept {
  for (auto* purse : {bound_[n].own, bound_[n].partner}) {
    if (purse == nullptr) continue;
    add(purse->spent.minor, cost);
    add(purse->spent.issues, 1);
  }
}

void Live::give_back(std::size_t n, std::int64_t cost) noexcept {
  for (auto* purse : {bound_[n].own, bound_[n].partner}) {
    if (purse == nullptr) continue;
    add(purse->spent.minor, -cost);
    add(purse->spent.issues, -1);
  }
}

std::map<std::string, Allotment> Live::spent() const {
  std::map<std::string, Allotment> all;
  for (auto const& [name, purse] : purses_) {
    if (purse.spent != Allotment{}) all.emplace(name, purse.spent);
  }
  return all;
}

void Live::restore(std::map<std::string, Allotment> const& spent) {
  for (auto const& [name, amount] : spent) purses_[name].spent = amount;
  bind_campaigns();
}

Allotment Live::left(Purse const& purse, Allotment share) noexcept {
  return {share.minor - std::min(share.minor, purse.spent.minor),
          share.issues - std::min(share.issues, purse.spent.issues)};
}

Allotment Live::left(std::size_t n) const noexcept {
  auto const& bound = bound_[n];
  Allotment least{Allotment::kUnlimited, Allotment::kUnlimited};
  auto const bind_to = [&](Allotment most) {
    least = {std::min(least.minor, most.minor), std::min(least.issues, most.issues)};
  };
  if (bound.partner != nullptr && bound.partner->granted) {
    bind_to(left(*bound.partner, bound.partner->share));
  } else if (bound.partner_free) {
    bind_to(left(*bound.partner, *bound.partner_free));
  }
  if (bound.own != nullptr) bind_to(left(*bound.own, bound.own->granted ? bound.own->share : bound.free));
  return least;
}

bool Live::affords(std::size_t n, std::int64_t cost) const noexcept {
  auto const may = left(n);
  return may.issues > 0 && cost <= may.minor;
}

bool Live::only_probably_out(ItemIx item) const noexcept {
  return out_of_stock(item) && !std::binary_search(told_.begin(), told_.end(), item);
}

bool Live::out_of_stock(ItemIx item) const noexcept {
  return std::binary_search(missing_.begin(), missing_.end(), item);
}

}  // namespace tillcue
