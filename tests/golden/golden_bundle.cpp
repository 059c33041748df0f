#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "core/decide_world.hpp"
#include "golden/day.hpp"
#include "golden/told.hpp"
#include "tillcue/core/bundle_writer.hpp"

using namespace tillcue;

namespace {

/// Knuth's generator, so that the source does not hang on a standard library's distributions.
struct Draw {
  std::uint64_t state = 2026;
  std::uint32_t operator()(std::uint32_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>((state >> 33U) % below);
  }
};

BundleSource golden_source() {
  BundleSource s;
  s.created = 1'795'000'000;
  s.data_from = 1'787'000'000;
  s.data_to = 1'794'900'000;
  s.baskets = 12'345;
  s.currency = {{'E', 'U', 'R'}, 2};
  s.note = "builder=golden";
  s.categories = {"Bakery", "Dairy", "Drinks"};
  Draw draw;
  constexpr std::uint32_t kItems = 40;
  s.rows.resize(kItems);
  for (std::uint32_t n = 0; n < kItems; ++n) {
    ItemSource item;
    item.sku = "G" + std::to_string(100 + n);
    item.name = "Article " + std::to_string(n);
    item.category = static_cast<std::int32_t>(n % 4) - 1;
    if (n % 7 != 3) item.price_minor = 50 + draw(2000);
    if (n % 3 == 0 && item.price_minor) item.unit_cost_minor = *item.price_minor / 2;
    if (n % 5 == 0) item.codes = {"40063813339" + std::to_string(10 + n)};
    if (n == 11) item.flags = static_cast<std::uint16_t>(ItemFlag::age_restricted);
    if (n == 12) item.flags = static_cast<std::uint16_t>(ItemFlag::excluded);
    if (n == 13) item.flags = static_cast<std::uint16_t>(ItemFlag::not_for_sale);
    s.items.push_back(item);
    s.bias.push_back(static_cast<float>(draw(100)) / 1024);
    for (std::uint32_t step = 1; step < 9; ++step) {
      s.rows[n].push_back({(n + step * 3 + draw(3)) % kItems, static_cast<float>(draw(200)) / 256 - 0.125F});
    }
  }
  s.calibration = {{{{0.0F, 5'000}, {0.0625F, 40'000}, {0.25F, 150'000}, {0.5F, 420'000}}},
                   {{{0.0F, 4'000}, {0.125F, 90'000}, {0.5F, 300'000}}}};
  s.policy.max_hints_per_sale = 3;
  s.policy.holdout_permille = 100;
  s.policy.holdout_salt = 7;
  s.campaigns.resize(2);
  s.campaigns[0].id = "spring";
  s.campaigns[0].headline = "Spring week";
  s.campaigns[0].terms = "One per visit.";
  s.campaigns[0].discount = DiscountKind::percent;
  s.campaigns[0].value = 15;
  s.campaigns[0].items = {3, 9, 21, 30};
  s.campaigns[1].id = "thanks";
  s.campaigns[1].discount = DiscountKind::amount;
  s.campaigns[1].value = 50;
  s.campaigns[1].starts = 1'700'000'000;
  s.campaigns[1].min_basket_minor = 2000;
  s.texts = {{"ru", "script.popular", "Возьмите {item}"}};
  return s;
}

/// Small baskets say more than their score, large ones less; the last map goes its own way.
void calibrate_by_size(BundleSource& source) {
  source.calibration_sizes = {0, 2, 4};
  for (std::uint32_t map = 0; map < source.calibration.size(); ++map) {
    for (auto& point : source.calibration[map].points) {
      point.by_size = {point.ppm * (7 + map) / 5, point.ppm, point.ppm * 2 / (3 + map)};
    }
  }
}

int write(std::string const& path, BundleSource const& source) {
  auto const bytes = write_bundle(source);
  if (!bytes) {
    std::cerr << bytes.error().what << '\n';
    return 1;
  }
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<char const*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
  return out.flush() ? 0 : 1;
}

int tell(std::string const& path, std::string (*what)(std::shared_ptr<Bundle const>)) {
  std::ifstream in(path, std::ios::binary);
  std::string const content{std::istreambuf_iterator<char>(in), {}};
  auto const bundle = Bundle::from_bytes({reinterpret_cast<std::byte const*>(content.data()), content.size()});
  if (!bundle) {
    std::cerr << bundle.error().what << '\n';
    return 1;
  }
  std::cout << what(std::make_shared<Bundle const>(*bundle));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string const verb = argc >= 3 ? argv[1] : "";
  if (verb == "write") {
    auto source = golden_source();
    source.weight_bits = argc > 3 ? static_cast<unsigned>(std::stoul(argv[3])) : 8;
    return write(argv[2], source);
  }
  if (verb == "write-sized") {
    auto source = golden_source();
    source.weight_bits = 5;
    calibrate_by_size(source);
    return write(argv[2], source);
  }
  if (verb == "tell") return tell(argv[2], golden::told);
  if (verb == "write-rules") return write(argv[2], world::source(11));
  if (verb == "day") return tell(argv[2], golden::day_of);
  std::fputs(
      "golden_bundle write FILE [BITS]   writes the golden bundle as this version does, with weights of so many bits\n"
      "golden_bundle write-sized FILE    the same of 5 bits, with probabilities by the size of the basket\n"
      "golden_bundle tell FILE           prints what this build decides with it\n"
      "golden_bundle write-rules FILE    writes the golden bundle with campaigns of every kind\n"
      "golden_bundle day FILE            prints a day of sales with it, a replay record a decision\n",
      stderr);
  return 2;
}
