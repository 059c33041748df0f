#include "tillcue/models/campaign_check.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "campaign_types.hpp"
#include "campaign_words.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kMostPairs = 10'000;

bool flagged(ItemSource const& item, ItemFlag flag) { return (item.flags & static_cast<std::uint16_t>(flag)) != 0; }

bool never_offered(ItemSource const& item) {
  return flagged(item, ItemFlag::age_restricted) || flagged(item, ItemFlag::excluded) ||
         flagged(item, ItemFlag::not_for_sale);
}

std::int64_t off(std::int64_t price, CampaignSource const& campaign) {
  switch (campaign.discount) {
    case DiscountKind::percent:
      return (price * campaign.value + 50) / 100;
    case DiscountKind::amount:
      return std::min(campaign.value, price);
    case DiscountKind::price:
      return std::max<std::int64_t>(price - campaign.value, 0);
    case DiscountKind::none:
      break;
  }
  return 0;
}

class Check {
 public:
  Check(Campaigns const& campaigns, AppliedCampaigns const& applied, BundleSource const& source, std::string_view day)
      : campaigns_(campaigns), applied_(applied), source_(source), day_(day) {
    for (auto const& caught : applied.legal) packs_.emplace(caught.item, caught.pack->name);
  }

  std::vector<Finding> run() {
    policy();
    legal();
    for (std::size_t n = 0; n < campaigns_.campaigns.size(); ++n) {
      at_ = campaigns_.campaigns[n].place;
      if (applied_.number[n] == AppliedCampaigns::kDropped) {
        error(
            "the legal packs forbid quantity promotions of everything it names, so it is left out; take it out, or "
            "name other items");
      } else {
        campaign(campaigns_.campaigns[n], source_.campaigns[applied_.number[n]]);
      }
    }
    for (auto const& rule : campaigns_.partners) partner(rule);
    for (auto const& rule : campaigns_.ladders) ladder(rule);
    check_words(campaigns_, source_, found_);
    std::stable_sort(found_.begin(), found_.end(),
                     [](auto const& a, auto const& b) { return a.place.line < b.place.line; });
    return std::move(found_);
  }

 private:
  void error(std::string what) { found_.push_back({at_, true, std::move(what)}); }
  void warn(std::string what) { found_.push_back({at_, false, std::move(what)}); }

  void policy() {
    at_ = {"/policy", 0};
    auto const& policy = campaigns_.policy;
    if (policy.holdout_permille == 1000) warn("holdout_percent is 100: no sale gets anything");
    if (policy.max_hints_per_sale == 0) warn("max_hints_per_sale is 0: nothing is said before tender");
    bool const coupons = std::any_of(campaigns_.campaigns.begin(), campaigns_.campaigns.end(), [](auto const& c) {
      return c.source.type == OfferType::coupon || c.source.type == OfferType::thank_you;
    });
    if (policy.max_coupons_per_sale == 0 && coupons) warn("max_coupons_per_sale is 0: the coupons are never printed");
  }

  void legal() {
    at_ = campaigns_.legal.place;
    auto const packs = packs_of(campaigns_.legal);
    bool const alcohol = std::any_of(packs.begin(), packs.end(), [](auto const* p) { return p->name == "alcohol"; });
    if (campaigns_.legal.own_packs && !alcohol) {
      warn("packs are named without alcohol: make sure that none is sold, or that items.csv flags it");
    }
  }

  /// The numbers of the items of two lists, rising.
  [[nodiscard]] std::vector<std::uint32_t> all(std::vector<std::uint32_t> const& items,
                                               std::vector<std::uint32_t> const& categories) const {
    auto out = items;
    for (std::uint32_t n = 0; n < source_.items.size() && !categories.empty(); ++n) {
      auto const category = source_.items[n].category;
      if (category < 0) continue;
      if (std::find(categories.begin(), categories.end(), static_cast<std::uint32_t>(category)) != categories.end()) {
        out.push_back(n);
      }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  [[nodiscard]] std::string why_never(std::uint32_t n) const {
    auto const& item = source_.items[n];
    if (auto const pack = packs_.find(n); pack != packs_.end()) return "legal pack " + pack->second;
    if (flagged(item, ItemFlag::age_restricted)) return "age_restricted";
    if (flagged(item, ItemFlag::not_for_sale)) return "not_for_sale";
    return "excluded";
  }

  [[nodiscard]] Technique technique(std::uint32_t n) const {
    auto const category = source_.items[n].category;
    auto const at = static_cast<std::size_t>(std::max(category, 0));
    return category < 0 || at >= source_.techniques.size() ? Technique::both : source_.techniques[at];
  }

  void campaign(Campaign const& said, CampaignSource const& made) {
    offered_ = all(made.items, made.categories);
    triggers_ = all(made.trigger_items, made.trigger_categories);
    if (made.type == OfferType::multi_buy) offered_ = triggers_;
    times(made);
    people(made);
    if (made.budgeted) budget(said.budget, made.discount != DiscountKind::none, "budget");
    if (made.weight_percent == 0) warn("weight_percent is 0: everything else ranks before it");
    if (made.probability_ppm > 0 && made.probability_ppm < made.min_probability_ppm) {
      error("probability is below min_probability: it never runs; lower min_probability");
    }
    who_is_offered();
    who_triggers(made);
    if (offered_.empty()) return;  // nothing named, or nothing left of it
    prices(made);
    if (!triggers_.empty() && made.type != OfferType::multi_buy) pairs(made);
    if (made.type == OfferType::threshold) gap(made);
  }

  void times(CampaignSource const& made) {
    if (made.ends != 0 && source_.created != 0 && made.ends <= source_.created) {
      error("ended on " + date_text(made.ends - 1) + ", before " + std::string(day_) + " (" +
            date_text(source_.created) + "); set a later end or take it out");
    }
    // Whole days between two dates that hold none of the weekdays.
    constexpr std::int64_t kDay = 86'400;
    if (made.starts == 0 || made.ends == 0 || made.ends - made.starts >= 7 * kDay || made.weekdays == 0x7F) return;
    for (auto day = made.starts / kDay; day * kDay < made.ends; ++day) {
      if ((made.weekdays & 1U << static_cast<unsigned>((day + 3) % 7)) != 0) return;  // 1970-01-01 was a Thursday
    }
    error("none of its weekdays (" + words_of_mask(made.weekdays, kWeekdayWords) +
          ") lies between starts and ends; correct one of them");
  }

  void people(CampaignSource const& made) {
    if (made.audience != Audience::unknown) return;
    if (made.min_visits > 0 || made.needs_trust || !made.segments.empty() || made.max_per_customer_day > 0) {
      error("is for unknown customers, of whom no visits, trust, segment or day is known; take one of them out");
    }
  }

  void budget(BudgetSource const& budget, bool costs, char const* what) {
    if (budget.free_issues == 0 || (budget.free_minor == 0 && costs)) {
      warn(std::string(what) +
           " has no free_per_till: no till makes such an offer before head office has allotted it a "
           "share");
    }
    if (budget.minor > 0 && budget.free_minor > budget.minor) {
      error("free_per_till is more than the whole budget; lower it");
    }
    if (budget.issues > 0 && budget.free_issues > budget.issues) {
      error("free_per_till has more issues than the whole budget; lower it");
    }
  }

  void partner(PartnerRule const& rule) {
    at_ = rule.place;
    auto const name = rule.budget.name.substr(rule.budget.name.find(':') + 1);
    bool costs = false, named = false;
    for (auto const& campaign : campaigns_.campaigns) {
      if (campaign.source.partner != name) continue;
      named = true;
      costs = costs || campaign.source.discount != DiscountKind::none;
    }
    if (!named) return warn("no campaign has the partner '" + name + "': nothing draws on this budget");
    budget(rule.budget, costs, "it");
  }

  void who_is_offered() {
    std::vector<std::uint32_t> kept;
    std::set<std::string> reasons;
    for (auto const n : offered_) {
      if (never_offered(source_.items[n]))
        reasons.insert(why_never(n));
      else if (technique(n) == Technique::none)
        reasons.insert("technique none of its category");
      else
        kept.push_back(n);
    }
    if (reasons.empty()) return;
    std::string why;
    for (auto const& reason : reasons) why += (why.empty() ? "" : ", ") + reason;
    auto const lost = offered_.size() - kept.size();
    auto const first = *std::find_if(offered_.begin(), offered_.end(),
                                     [&](auto n) { return std::find(kept.begin(), kept.end(), n) == kept.end(); });
    auto const example = "'" + source_.items[first].name + "'";
    if (kept.empty())
      error("offers nothing that may be offered (" + why + ": " + example + (lost > 1 ? ", ..." : "") +
            "); name other items");
    else
      warn(counted(lost, "item") + " of " + std::to_string(offered_.size()) + " it offers are never offered (" + why +
           ": " + example + (lost > 1 ? ", ..." : "") + ")");
    offered_ = std::move(kept);
  }

  void who_triggers(CampaignSource const& made) {
    if (triggers_.empty()) return;
    auto const before = triggers_.size();
    std::erase_if(triggers_, [&](auto n) { return flagged(source_.items[n], ItemFlag::not_for_sale); });
    if (triggers_.empty()) return error("all its triggers are not_for_sale; such items trigger nothing: name others");
    if (triggers_.size() < before) warn("some of its triggers are not_for_sale: they trigger nothing");
    auto const lawful = triggers_.size();
    auto const barred = [&](auto n) { return flagged(source_.items[n], ItemFlag::no_trigger); };
    auto const first = std::find_if(triggers_.begin(), triggers_.end(), barred);
    auto const why =
        first == triggers_.end() ? std::string() : "(" + why_never(*first) + ": '" + source_.items[*first].name + "')";
    std::erase_if(triggers_, barred);
    if (triggers_.empty())
      return error("the law lets none of its triggers bring an offer about " + why + "; name others");
    if (triggers_.size() < lawful) warn("some of its triggers bring nothing about by law " + why);
    bool const upsell = made.type == OfferType::upgrade || made.type == OfferType::multi_buy;
    bool const cross = made.type == OfferType::suggestion || made.type == OfferType::second_item ||
                       made.type == OfferType::buy_get || made.type == OfferType::set;
    if (!upsell && !cross) return;
    auto const other = upsell ? Technique::cross_sell : Technique::upsell;
    bool const all_silent = std::all_of(triggers_.begin(), triggers_.end(), [&](auto n) {
      return technique(n) == Technique::none || technique(n) == other;
    });
    if (all_silent) {
      error("the techniques of its triggers' categories do not allow " + std::string(upsell ? "upsell" : "cross_sell") +
            "; change /techniques or the trigger");
    }
  }

  [[nodiscard]] bool priced(std::vector<std::uint32_t> const& items) const {
    return std::all_of(items.begin(), items.end(), [&](auto n) { return source_.items[n].price_minor.has_value(); });
  }
  [[nodiscard]] std::string money(std::int64_t minor) const { return to_text(Money{minor, source_.currency}); }

  /// At shelf prices; a till looks again at what it charged.
  void set_saves(CampaignSource const& made) {
    if (made.discount != DiscountKind::price || triggers_.empty() || !priced(offered_) || !priced(triggers_)) return;
    std::int64_t apart = 0;
    for (auto const n : triggers_) apart = std::max(apart, *source_.items[n].price_minor);
    for (auto const n : offered_) apart += *source_.items[n].price_minor;
    if (made.value >= apart) {
      error("the set saves nothing: its parts cost " + money(apart) + ", the set " + money(made.value) +
            "; lower the price");
    }
  }

  void prices(CampaignSource const& made) {
    if (made.type == OfferType::set) return set_saves(made);
    if (made.type == OfferType::threshold || !priced(offered_)) return;
    std::size_t useless = 0;
    for (auto const n : offered_) {
      auto const price = *source_.items[n].price_minor;
      bool const too_much = made.discount == DiscountKind::amount && made.value > price;
      bool const none = made.discount == DiscountKind::price && made.value >= price;
      if (too_much || none) ++useless;
    }
    if (useless == 0) return;
    auto const what = made.discount == DiscountKind::amount ? "the discount of " + money(made.value) + " is more than "
                                                            : "the price of " + money(made.value) + " is no less than ";
    if (useless == offered_.size())
      error(what + "any item it offers costs; lower it");
    else
      warn(what + counted(useless, "item") + " of " + std::to_string(offered_.size()) + " it offers cost");
  }

  [[nodiscard]] std::int64_t dearest(std::vector<std::uint32_t> const& items) const {
    std::int64_t most = 0;
    for (auto const n : items) most = std::max(most, *source_.items[n].price_minor);
    return most;
  }

  /// What offered and triggering items allow together.
  void pairs(CampaignSource const& made) {
    if (forbidden()) return error("/never forbids every item it offers beside every trigger; change one of them");
    if (!priced(offered_) || !priced(triggers_)) return;
    auto const main = dearest(triggers_);
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), least_paid = least;
    for (auto const n : offered_) {
      auto const price = *source_.items[n].price_minor;
      least = std::min(least, price);
      least_paid = std::min(least_paid, price - off(price, made));
    }
    auto const& policy = source_.policy;
    bool const guarded = made.type == OfferType::suggestion || made.type == OfferType::second_item ||
                         made.type == OfferType::buy_get || made.type == OfferType::set ||
                         made.type == OfferType::threshold;
    if (guarded && least * 100 >= main * policy.price_guard_percent) {
      return error("the price guard forbids every pair: the cheapest offer costs " + money(least) +
                   ", the dearest trigger " + money(main) + ", allowed are less than " +
                   std::to_string(policy.price_guard_percent) + " %; offer something cheaper");
    }
    if (made.type == OfferType::second_item && least_paid * 100 > main * policy.second_item_percent) {
      return error("no second item is cheap enough: " + money(least_paid) + " beside " + money(main) +
                   " is more than " + std::to_string(policy.second_item_percent) +
                   " % (second_item_percent); give a larger discount");
    }
    if (made.type != OfferType::upgrade) return;
    auto const best = dearest(offered_);
    auto const cheapest = [&] {
      std::int64_t price = main;
      for (auto const n : triggers_) price = std::min(price, *source_.items[n].price_minor);
      return price;
    }();
    if (best - off(best, made) <= cheapest) {
      error("is no upgrade: nothing it offers costs more than what it is offered instead of; name a dearer item");
    }
  }

  [[nodiscard]] bool matches(NeverSource::Key key, std::uint32_t item) const {
    auto const category = source_.items[item].category;
    return key.category ? category >= 0 && static_cast<std::uint32_t>(category) == key.number : key.number == item;
  }

  [[nodiscard]] bool forbidden() const {
    if (source_.never.empty() || offered_.size() * triggers_.size() > kMostPairs) return false;
    return std::all_of(triggers_.begin(), triggers_.end(), [&](auto trigger) {
      return std::all_of(offered_.begin(), offered_.end(), [&](auto item) {
        return std::any_of(source_.never.begin(), source_.never.end(), [&](NeverSource const& rule) {
          return matches(rule.in_basket, trigger) && matches(rule.offered, item);
        });
      });
    });
  }

  /// The till takes an item that closes the gap and costs no more than twice it and a twentieth of the threshold.
  void gap(CampaignSource const& made) {
    auto const farthest = made.threshold_minor * source_.policy.gap_percent / 100;
    auto const most = 2 * farthest + made.threshold_minor / 20;
    bool const fits = std::any_of(offered_.begin(), offered_.end(), [&](auto n) {
      auto const& item = source_.items[n];
      return !flagged(item, ItemFlag::not_counted) && (!item.price_minor || *item.price_minor <= most);
    });
    if (!fits) {
      error("nothing it offers fits a gap: it is mentioned from " + money(farthest) + " below " +
            money(made.threshold_minor) + " on, with items of at most " + money(most) +
            " that count; name cheaper ones or raise gap_percent");
    }
  }

  void ladder(LadderRule const& rule) {
    at_ = rule.place;
    std::int64_t before = 0;
    std::string name;
    for (auto const& sku : rule.skus) {
      auto const found =
          std::find_if(source_.items.begin(), source_.items.end(), [&](auto const& item) { return item.sku == sku; });
      if (found == source_.items.end()) continue;
      if (never_offered(*found)) {
        warn("'" + found->name + "' (" + sku + ") is never offered (" +
             why_never(static_cast<std::uint32_t>(found - source_.items.begin())) + ")");
      }
      if (found->price_minor && *found->price_minor <= before) {
        warn("'" + found->name + "' (" + sku + ") costs no more than '" + name +
             "' below it: a till only offers what is dearer");
      }
      before = found->price_minor.value_or(before);
      name = found->name;
    }
  }

  Campaigns const& campaigns_;
  AppliedCampaigns const& applied_;
  BundleSource const& source_;
  std::string_view day_;
  std::map<std::uint32_t, std::string> packs_;  ///< that caught an item
  std::vector<Finding> found_;
  FilePlace at_;
  std::vector<std::uint32_t> offered_, triggers_;  ///< of the campaign at hand
};

}  // namespace

std::vector<Finding> cross_check(Campaigns const& campaigns, AppliedCampaigns const& applied,
                                 BundleSource const& source, std::string_view day) {
  return Check(campaigns, applied, source, day).run();
}

std::string text_of(Finding const& finding, std::string const& file) {
  auto const line = finding.place.line > 0 ? ":" + std::to_string(finding.place.line) : "";
  return file + line + ": " + (finding.error ? "error: " : "warning: ") + finding.place.path + ": " + finding.what;
}

}  // namespace tillcue::models
