#pragma once

#include <string>
#include <vector>

#include "json_lines.hpp"
#include "json_object.hpp"
#include "tillcue/models/campaigns.hpp"

namespace tillcue::models {

inline constexpr std::size_t kLongestText = 4096;

/// What every part of a campaigns file is read with. Borrows all of it.
class CampaignReading {
 public:
  using Json = nlohmann::json;

  CampaignReading(Currency currency, Assortment const& assortment, JsonLines const& lines,
                  std::vector<std::string>& problems)
      : currency_(currency), assortment_(assortment), lines_(lines), problems_(problems) {}

  [[nodiscard]] std::vector<std::string>& problems() const noexcept { return problems_; }
  [[nodiscard]] FilePlace place(std::string const& path) const { return {path, lines_.of(path)}; }
  void problem(std::string const& path, std::string const& what) const { problems_.push_back(path + ": " + what); }

  /// Minor units of "1.50" or 1.5, without rounding away what the currency cannot express.
  void amount(JsonObject& fields, std::string_view key, std::int64_t& out) const;
  /// Seconds of a date or a time; a date as an end means the whole of that day.
  void moment(JsonObject& fields, std::string_view key, bool end, std::int64_t& out) const;
  /// "skus" and "categories" of the object.
  void selection(JsonObject& fields, Selection& out) const;
  void skus(JsonObject& fields, std::string_view key, std::vector<std::string>& out) const;
  [[nodiscard]] bool knows_category(std::string const& name) const { return assortment_.categories.count(name) > 0; }

 private:
  void known(std::vector<std::string> const& names, std::unordered_set<std::string> const& all, std::string const& path,
             std::string_view what) const;

  Currency currency_;
  Assortment const& assortment_;
  JsonLines const& lines_;
  std::vector<std::string>& problems_;
};

/// True for a text of small letters and `more`, at most so many bytes.
bool is_key(std::string_view text, std::string_view more, std::size_t most);

/// An entry of "campaigns".
Campaign read_campaign(CampaignReading const& reading, nlohmann::json const& value, std::string const& path);
/// Reports what is wrong with head office's words at `path`.
void read_words(CampaignReading const& reading, TextSource const& text, std::string const& path);
/// {"amount", "issues", "free_per_till"}; out keeps its name.
void read_budget(CampaignReading const& reading, nlohmann::json const& value, std::string const& path,
                 BudgetSource& out);
/// An entry of "coupons": the flat form for the commonest kind.
Campaign read_coupon(CampaignReading const& reading, nlohmann::json const& value, std::string const& path);

}  // namespace tillcue::models
