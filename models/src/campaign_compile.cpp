#include "tillcue/models/campaign_compile.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

namespace tillcue::models {
namespace {

void set_flag(ItemSource& item, ItemFlag flag) {
  item.flags = static_cast<std::uint16_t>(item.flags | static_cast<std::uint16_t>(flag));
}

bool is_volume(OfferType type) {
  return type == OfferType::multi_buy || type == OfferType::buy_get || type == OfferType::set;
}

/// Names to numbers of one source.
class Numbers {
 public:
  explicit Numbers(BundleSource const& source) : source_(source) {
    for (std::uint32_t n = 0; n < source.items.size(); ++n) items_.emplace(source.items[n].sku, n);
    for (std::uint32_t n = 0; n < source.categories.size(); ++n) categories_.emplace(source.categories[n], n);
  }

  [[nodiscard]] std::vector<std::uint32_t> items(std::vector<std::string> const& skus) const {
    return found(skus, items_);
  }
  [[nodiscard]] std::vector<std::uint32_t> categories(std::vector<std::string> const& names) const {
    return found(names, categories_);
  }
  /// The items named and those of the categories named, rising.
  [[nodiscard]] std::vector<std::uint32_t> all(Selection const& selection) const {
    auto out = items(selection.skus);
    auto const chosen = categories(selection.categories);
    for (std::uint32_t n = 0; n < source_.items.size() && !chosen.empty(); ++n) {
      auto const category = source_.items[n].category;
      if (category < 0) continue;
      if (std::binary_search(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(category))) out.push_back(n);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  [[nodiscard]] std::vector<NeverSource::Key> keys(Selection const& selection) const {
    std::vector<NeverSource::Key> out;
    for (auto const item : items(selection.skus)) out.push_back({false, item});
    for (auto const category : categories(selection.categories)) out.push_back({true, category});
    return out;
  }

 private:
  using Map = std::unordered_map<std::string_view, std::uint32_t>;

  static std::vector<std::uint32_t> found(std::vector<std::string> const& names, Map const& map) {
    std::vector<std::uint32_t> out;
    for (auto const& name : names) {
      if (auto const at = map.find(name); at != map.end()) out.push_back(at->second);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  BundleSource const& source_;
  Map items_, categories_;
};

class Applying {
 public:
  Applying(Campaigns const& campaigns, BundleSource& source)
      : campaigns_(campaigns), source_(source), numbers_(source) {}

  AppliedCampaigns run() {
    source_.policy = campaigns_.policy;
    source_.texts.insert(source_.texts.end(), campaigns_.texts.begin(), campaigns_.texts.end());
    for (auto const item : numbers_.all(campaigns_.excluded)) set_flag(source_.items[item], ItemFlag::excluded);
    legal();
    techniques();
    for (auto const& boost : campaigns_.boosts) {
      for (auto const item : numbers_.all(boost.what)) source_.items[item].boost_percent = boost.percent;
    }
    for (auto const& rule : campaigns_.never) never(rule);
    for (auto const& campaign : campaigns_.campaigns) {
      applied_.number.push_back(add(campaign) ? source_.campaigns.size() - 1 : AppliedCampaigns::kDropped);
    }
    for (auto const& partner : campaigns_.partners) source_.budgets.push_back(partner.budget);
    return std::move(applied_);
  }

 private:
  void legal() {
    barred_.assign(source_.items.size(), 0);
    applied_.legal = legal_catches(campaigns_.legal, source_);
    for (auto const& caught : applied_.legal) {
      auto& item = source_.items[caught.item];
      if (caught.pack->never_offered) set_flag(item, ItemFlag::excluded);
      if (caught.pack->not_counted) set_flag(item, ItemFlag::not_counted);
      auto const& silent = campaigns_.legal.silent;
      bool const told = std::find(silent.begin(), silent.end(), caught.pack->name) != silent.end();
      if (caught.pack->no_trigger || told) set_flag(item, ItemFlag::no_trigger);
      if (caught.pack->no_volume_promotion) barred_[caught.item] = 1;
    }
  }

  void techniques() {
    if (campaigns_.techniques.empty()) return;
    source_.techniques.resize(source_.categories.size(), Technique::both);
    for (auto const& [category, technique] : campaigns_.techniques) {
      for (auto const n : numbers_.categories({category})) source_.techniques[n] = technique;
    }
  }

  void never(NeverRule const& rule) {
    for (auto const with : numbers_.keys(rule.with)) {
      for (auto const offer : numbers_.keys(rule.offer)) {
        source_.never.push_back({with, offer});
        if (rule.both_ways) source_.never.push_back({offer, with});
      }
    }
  }

  /// False when what was named is not there or not allowed: an empty list would mean everything.
  bool fill(Selection const& selection, bool volume, std::vector<std::uint32_t>& items,
            std::vector<std::uint32_t>& categories) const {
    if (selection.empty()) return true;
    items = numbers_.items(selection.skus);
    categories = numbers_.categories(selection.categories);
    auto all = numbers_.all(selection);
    auto const before = all.size();
    if (volume) std::erase_if(all, [&](std::uint32_t n) { return barred_[n] != 0; });
    // A till also offers what does not rank where the items are few and named one by one.
    if (all.size() != before || all.size() <= kFewTargets) {
      items = std::move(all);
      categories.clear();
    }
    return !items.empty() || !categories.empty();
  }

  bool add(Campaign const& campaign) {
    auto source = campaign.source;
    bool const volume = is_volume(source.type);
    if (!fill(campaign.offer, volume, source.items, source.categories)) return false;
    if (!fill(campaign.trigger, volume, source.trigger_items, source.trigger_categories)) return false;
    auto const number = std::to_string(source_.campaigns.size());
    for (auto const& text : campaign.texts) {
      source_.texts.push_back({text.language, text.key + ".c" + number, text.text});
    }
    if (source.budgeted) {
      source_.budgets.push_back(campaign.budget);
      source_.budgets.back().name = source.id;
    }
    source_.campaigns.push_back(std::move(source));
    return true;
  }

  Campaigns const& campaigns_;
  BundleSource& source_;
  Numbers numbers_;
  std::vector<char> barred_;  ///< per item: no volume promotion
  AppliedCampaigns applied_;
};

}  // namespace

AppliedCampaigns apply_campaigns(Campaigns const& campaigns, BundleSource& source) {
  return Applying(campaigns, source).run();
}

std::vector<std::string> legal_notes(AppliedCampaigns const& applied, BundleSource const& source, std::size_t named) {
  std::vector<std::string> notes;
  for (std::size_t n = 0; n < applied.legal.size();) {
    auto const* const pack = applied.legal[n].pack;
    std::string names;
    std::size_t count = 0;
    for (; n < applied.legal.size() && applied.legal[n].pack == pack; ++n, ++count) {
      if (count < named) names += (count == 0 ? "" : ", ") + source.items[applied.legal[n].item].name;
    }
    notes.push_back("legal pack " + pack->name + ": " + std::to_string(count) + (count == 1 ? " item" : " items") +
                    (pack->never_offered ? (count == 1 ? " is" : " are") + std::string(" never offered")
                                         : std::string(" without volume promotions")) +
                    " (" + names + (count > named ? ", ..." : "") + ")");
  }
  return notes;
}

}  // namespace tillcue::models
