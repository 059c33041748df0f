#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "sample_store.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/sample.hpp"

namespace tillcue::models {
namespace {

using namespace sample;

constexpr std::size_t kTills = 4;

std::string field(std::string const& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char const c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string money(std::int64_t minor) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%02lld", static_cast<long long>(minor / 100),
                static_cast<long long>(minor % 100));
  return text;
}

std::string quantity(std::int64_t milli) {
  char text[32];
  if (milli % 1000 == 0)
    std::snprintf(text, sizeof text, "%lld", static_cast<long long>(milli / 1000));
  else
    std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(milli / 1000),
                  static_cast<long long>(milli % 1000));
  return text;
}

std::string date(std::int64_t day) {
  std::chrono::year_month_day const date{std::chrono::sys_days{std::chrono::days{day}}};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string moment(std::int64_t seconds) {
  char text[16];
  auto const of_day = (seconds % 86'400 + 86'400) % 86'400;
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(of_day / 3600),
                static_cast<int>(of_day / 60 % 60), static_cast<int>(of_day % 60));
  return date((seconds - of_day) / 86'400) + text;
}

/// One day's rows; a basket id is day, till and the till's running number.
void put_day(Store const& store, std::int64_t day, std::vector<SoldBasket> const& baskets, std::string& out) {
  auto const name = date(day);
  for (std::size_t n = 0; n < baskets.size(); ++n) {
    auto const& basket = baskets[n];
    auto const id = name + "-" + std::to_string(1 + n % kTills) + "-" + std::to_string(1 + n / kTills);
    auto const begin = id + ',' + store.customers()[basket.customer].card + ',' + moment(basket.seconds) + ',';
    for (auto const& row : basket.rows) {
      out += begin + store.assortment().products[row.product].sku + ',' + quantity(row.quantity_milli) + ',' +
             money(row.price_minor) + '\n';
    }
  }
}

std::string items_file(Assortment const& assortment, std::string Words::*language) {
  std::string out = "sku,name,category,price,unit_cost,brand,size,unit,gtin,flags\n";
  for (auto const& product : assortment.products) {
    std::string const unit = assortment.lines[product.line].weighed ? "kg" : "pc";
    for (auto const& text : {product.sku, field(product.name.*language), field(product.category.*language),
                             money(product.price_minor), money(product.cost_minor), field(product.brand.*language),
                             field(product.size.*language), unit, product.gtin}) {
      out += text + ',';
    }
    out += product.flags + '\n';
  }
  return out;
}

std::string quoted_list(Assortment const& assortment, std::string_view line) {
  std::string out;
  for (auto const product : assortment.lines[assortment.line(line)].products) {
    out += (out.empty() ? "\"" : ", \"") + assortment.products[product].sku + '"';
  }
  return out;
}

struct CampaignWords {
  char const *cheese, *cheese_terms, *chocolate, *chocolate_terms, *coffee, *coffee_terms, *category;
  char const *language, *yoghurt, *pasta, *sauce;
};
constexpr CampaignWords kEnglish = {"20 % off cheese",
                                    "One pack. Not together with other offers.",
                                    "0.50 EUR off dark chocolate",
                                    "One bar. Not together with other offers.",
                                    "1.00 EUR off ground coffee",
                                    "One pack from a receipt of 15 EUR.",
                                    "Cheese",
                                    "en",
                                    "A third {item} at half price?",
                                    "Pasta & rice",
                                    "Sauces"};
constexpr CampaignWords kRussian = {"Скидка 20 % на сыр",
                                    "Одна упаковка. Не суммируется с другими акциями.",
                                    "Скидка 0,50 EUR на тёмный шоколад",
                                    "Одна плитка. Не суммируется с другими акциями.",
                                    "Скидка 1,00 EUR на молотый кофе",
                                    "Одна упаковка при чеке от 15 EUR.",
                                    "Сыры",
                                    "ru",
                                    "Третий «{item}» за полцены?",
                                    "Макароны и крупы",
                                    "Соусы"};

/// Campaigns run from the last week of the data on, for a quarter: they are valid on the day of today.csv.
std::string campaigns_file(Assortment const& assortment, CampaignWords const& words, std::int64_t today) {
  auto const dates = "      \"starts\": \"" + date(today - 7) + "\",\n      \"ends\": \"" + date(today + 90) + "\",\n";
  auto const coupon = [&](std::string const& id, std::string const& headline, std::string const& terms,
                          std::string const& discount, std::string const& rest) {
    return "    {\n      \"id\": \"" + id + "\",\n      \"headline\": \"" + headline + "\",\n      \"terms\": \"" +
           terms + "\",\n      \"discount\": " + discount + ",\n" + dates + rest + "\n    }";
  };
  auto const campaigns =
      "    {\n      \"id\": \"third-yoghurt\",\n      \"type\": \"multi_buy\",\n      \"trigger\": { \"skus\": [" +
      quoted_list(assortment, "fruityoghurt") +
      "], \"quantity\": 2 },\n      \"discount\": { \"percent\": 50 },\n      \"script\": { \"" +
      std::string(words.language) + "\": \"" + words.yoghurt + "\" }\n    },\n" +
      "    {\n      \"id\": \"sauce-for-pasta\",\n      \"type\": \"buy_get\",\n      \"trigger\": { \"categories\": "
      "[\"" +
      words.pasta + "\"], \"quantity\": 2 },\n      \"offer\": { \"categories\": [\"" + words.sauce +
      "\"] },\n      \"discount\": { \"percent\": 20 },\n" + dates +
      "      \"budget\": { \"amount\": \"200.00\", \"free_per_till\": { \"amount\": \"10.00\" } }\n    }";
  return "{\n  \"policy\": {\n    \"min_probability\": 0.02,\n    \"holdout_percent\": 5\n  },\n  \"campaigns\": [\n" +
         campaigns + "\n  ],\n  \"coupons\": [\n" +
         coupon("cheese-week", words.cheese, words.cheese_terms, "{ \"percent\": 20 }",
                "      \"valid_days\": 14,\n      \"min_probability\": 0.005,\n      \"categories\": [\"" +
                    std::string(words.category) + "\"]") +
         ",\n" +
         coupon("dark-chocolate", words.chocolate, words.chocolate_terms, "{ \"amount\": \"0.50\" }",
                "      \"valid_days\": 21,\n      \"skus\": [" + quoted_list(assortment, "darkchoc") + "]") +
         ",\n" +
         coupon("coffee-thanks", words.coffee, words.coffee_terms, "{ \"amount\": \"1.00\" }",
                "      \"valid_days\": 14,\n      \"min_basket\": \"15.00\",\n      \"skus\": [" +
                    quoted_list(assortment, "coffee") + "]") +
         "\n  ]\n}\n";
}

}  // namespace

Result<SampleReport> write_sample(SampleOptions const& options, std::string const& folder, bool replace) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return fail(Code::io, folder + ": cannot make the folder: " + failed.message());
  Store store(options.seed, options.customers);
  SampleReport report{store.assortment().products.size(), store.customers().size(), 0, 0};
  std::string transactions(kSalesFile.begins);
  for (std::uint32_t n = 0; n < options.days; ++n) {
    auto const day = options.first_day + n;
    auto const baskets = store.day(day, options.baskets_per_day);
    report.baskets += baskets.size();
    for (auto const& basket : baskets) report.rows += basket.rows.size();
    put_day(store, day, baskets, transactions);
  }
  auto const today = options.first_day + options.days;
  std::string today_rows(kSalesFile.begins);
  put_day(store, today, store.day(today, options.baskets_per_day), today_rows);
  struct {
    char const* name;
    std::string bytes;
  } const files[] = {{"transactions.csv", std::move(transactions)},
                     {"today.csv", std::move(today_rows)},
                     {"items.csv", items_file(store.assortment(), &Words::en)},
                     {"items.ru.csv", items_file(store.assortment(), &Words::ru)},
                     {"campaigns.json", campaigns_file(store.assortment(), kEnglish, today)},
                     {"campaigns.ru.json", campaigns_file(store.assortment(), kRussian, today)}};
  for (auto const& [name, bytes] : files) {
    auto const path = folder + "/" + name;
    if (replace || !std::filesystem::exists(path, failed)) continue;
    auto const there = read_file(path, bytes.size());
    if (there && *there == bytes) continue;
    return fail(Code::invalid,
                path + ": is there already and is not this sample; choose another --out, or replace it with --force");
  }
  for (auto const& [name, bytes] : files) {
    if (auto const written = write_file(folder + "/" + name, bytes); !written) return tl::unexpected(written.error());
  }
  return report;
}

}  // namespace tillcue::models
