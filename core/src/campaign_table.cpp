#include "campaign_table.hpp"

#include <algorithm>
#include <string>

namespace tillcue {
namespace {

void collect(RefList list, std::size_t campaign, std::vector<std::pair<std::uint32_t, std::uint16_t>>& pairs) {
  for (std::uint32_t n = 0; n < list.size(); ++n) pairs.emplace_back(list[n], static_cast<std::uint16_t>(campaign));
}

bool says(std::string_view text, std::string_view kind, std::string_view value) noexcept {
  return !value.empty() && text.size() == kind.size() + value.size() && text.substr(0, kind.size()) == kind &&
         text.substr(kind.size()) == value;
}

bool is_here(Bundle const& bundle, RefList places, Place const& place) noexcept {
  for (std::uint32_t n = 0; n < places.size(); ++n) {
    auto const name = bundle.name(places[n]);
    if (says(name, "store:", place.store) || says(name, "group:", place.group) || says(name, "till:", place.terminal)) {
      return true;
    }
  }
  return places.empty();
}

Allotment free_of(Bundle const& bundle, CampaignView const& campaign) {
  Allotment free{Allotment::kUnlimited, Allotment::kUnlimited};
  if (campaign.budgeted) free = {campaign.free_minor, campaign.free_issues};
  if (campaign.partner.empty()) return free;
  auto const partner = bundle.find_budget("partner:" + std::string(campaign.partner));
  if (!partner) return free;
  return {std::min(free.minor, partner->free_minor), std::min(free.issues, partner->free_issues)};
}

}  // namespace

void CampaignTable::ByItem::fill(Pairs& pairs, std::size_t items) {
  named.assign(pairs.empty() ? 0 : (items + 63) / 64, 0);
  std::sort(pairs.begin(), pairs.end());
  for (auto const& [key, campaign] : pairs) {
    if (keys.empty() || keys.back() != key) {
      keys.push_back(key);
      begins.push_back(static_cast<std::uint32_t>(campaigns.size()));
      named[key / 64] |= std::uint64_t{1} << key % 64;
    }
    campaigns.push_back(campaign);
  }
  begins.push_back(static_cast<std::uint32_t>(campaigns.size()));
}

std::span<std::uint16_t const> CampaignTable::ByItem::find(std::uint32_t item) const noexcept {
  auto const found = std::lower_bound(keys.begin(), keys.end(), item);
  auto const n = static_cast<std::size_t>(found - keys.begin());
  return std::span(campaigns).subspan(begins[n], begins[n + 1] - begins[n]);
}

void CampaignTable::ByCategory::fill(Pairs& pairs, std::size_t categories) {
  if (pairs.empty()) return;
  std::sort(pairs.begin(), pairs.end());
  begins.assign(categories + 1, 0);
  for (auto const& [category, campaign] : pairs) {
    campaigns.push_back(campaign);
    begins[category + 1] = static_cast<std::uint32_t>(campaigns.size());
  }
  for (std::size_t n = 1; n < begins.size(); ++n) begins[n] = std::max(begins[n], begins[n - 1]);
}

CampaignTable::CampaignTable(Bundle const& bundle, Place const& place) : bundle_(&bundle) {
  Pairs target_items, target_categories, trigger_items, trigger_categories;
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    read(n, place);
    auto const lists = bundle.campaign_lists(n);
    collect(lists.target_items, n, target_items);
    collect(lists.target_categories, n, target_categories);
    collect(lists.trigger_items, n, trigger_items);
    collect(lists.trigger_categories, n, trigger_categories);
    if (lists.target_items.empty() && lists.target_categories.empty()) {
      targets_.any.push_back(static_cast<std::uint16_t>(n));
    }
  }
  few_begins_.push_back(static_cast<std::uint32_t>(few_.size()));
  targets_.items.fill(target_items, bundle.item_count());
  targets_.categories.fill(target_categories, bundle.category_count());
  triggers_.items.fill(trigger_items, bundle.item_count());
  triggers_.categories.fill(trigger_categories, bundle.category_count());
  chances_.resize(rules_.size());
}

void CampaignTable::read(std::size_t n, Place const& place) {
  auto const lists = bundle_->campaign_lists(n);
  auto const campaign = bundle_->campaign(n);
  rules_.push_back(campaign);
  // Where its type is never tried, nothing of it need be looked at.
  rules_.back().stages &= stages_of(campaign.type);
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    if ((rules_.back().stages >> stage & 1U) != 0) at_stage_[stage].push_back(static_cast<std::uint16_t>(n));
  }
  partnered_.push_back(campaign.partner.empty() ? 0 : 1);
  free_.push_back(free_of(*bundle_, campaign));
  segmented_.push_back(lists.segments.empty() ? 0 : 1);
  here_.push_back(is_here(*bundle_, lists.places, place) ? 1 : 0);
  on_trust_ = on_trust_ || (here_.back() != 0 && campaign.needs_trust);
  if (here_.back() != 0) types_ = static_cast<std::uint16_t>(types_ | 1U << static_cast<unsigned>(campaign.type));
  triggered_.push_back(lists.trigger_items.empty() && lists.trigger_categories.empty() ? 0 : 1);
  few_begins_.push_back(static_cast<std::uint32_t>(few_.size()));
  if (lists.target_items.size() > kFewTargets || !lists.target_categories.empty()) return;
  for (std::uint32_t k = 0; k < lists.target_items.size(); ++k) few_.push_back(ItemIx{lists.target_items[k]});
}

bool CampaignTable::for_segment(std::size_t n, std::string_view segment) const noexcept {
  auto const segments = bundle_->campaign_lists(n).segments;
  for (std::uint32_t k = 0; k < segments.size(); ++k) {
    if (bundle_->name(segments[k]) == segment) return true;
  }
  return segments.empty();
}

bool CampaignTable::sold_on_trust(ItemIx item, std::int64_t now) const noexcept {
  if (!on_trust_) return false;
  auto const concern = targeting(item);
  bool sold = false;
  for (auto const& list : {concern.by_item, concern.by_category}) {
    for (auto const n : list) {
      auto const& rules = rules_[n];
      bool const over = rules.ends != 0 && now >= rules.ends;
      if (!here(n) || over || rules.type == OfferType::notice) continue;
      if (!rules.needs_trust) return false;
      sold = true;
    }
  }
  return sold;
}

bool CampaignTable::names(Concern const& concern, std::uint16_t campaign) noexcept {
  return std::binary_search(concern.by_item.begin(), concern.by_item.end(), campaign) ||
         std::binary_search(concern.by_category.begin(), concern.by_category.end(), campaign);
}

std::span<ItemIx const> CampaignTable::few_targets(std::size_t n) const noexcept {
  return std::span(few_).subspan(few_begins_[n], few_begins_[n + 1] - few_begins_[n]);
}

CampaignTable::Concern CampaignTable::concern(Index const& index, ItemIx item) const noexcept {
  auto const category = bundle_->category(item);
  return {index.items.of(tillcue::index(item)),
          category == kNoCategory ? std::span<std::uint16_t const>{} : index.categories.of(tillcue::index(category)),
          index.any};
}

}  // namespace tillcue
