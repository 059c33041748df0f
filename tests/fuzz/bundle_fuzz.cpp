#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/surgery.hpp"
#include "tillcue/core/engine.hpp"

using namespace tillcue;

namespace {

/// Reads every byte a terminal could ever read of it.
void use(Bundle const& opened) {
  auto const bundle = std::make_shared<Bundle const>(opened);
  std::size_t seen = bundle->info().note.size() + bundle->info().language.size();
  for (std::size_t n = 0; n < std::min<std::size_t>(bundle->set_count(), 200); ++n) {
    auto const set = bundle->set(n);
    auto const range = bundle->sets_of(set.main);
    seen += range.first + range.count + set.baskets + bundle->item(set.main).name.size();
    for (std::size_t k = 0; k < set.extra_count; ++k) seen += bundle->item(set.extras[k]).name.size();
  }
  auto const items = std::min<std::uint32_t>(bundle->item_count(), 200);
  Engine engine(bundle);
  Sale sale;
  sale.id = SaleId{"fuzz"};
  for (std::uint32_t n = 0; n < items; ++n) {
    auto const view = bundle->item(ItemIx{n});
    seen += view.name.size() + view.category.size() + index(bundle->find(view.sku));
    auto const row = bundle->row(ItemIx{n});
    for (auto const& entry : row) seen += index(entry.target) + static_cast<std::size_t>(entry.contribution);
    if (n % 5 != 0) continue;
    BasketLine line;
    line.line = LineNo{n};
    line.sku = Sku{std::string(view.sku)};
    line.item = ItemIx{n};
    line.unit_price = view.price.value_or(Money{});
    (void)sale.basket.put(std::move(line));
    for (auto stage : {Stage::scan, Stage::subtotal, Stage::tender}) {
      auto const decision = engine.decide(sale, stage, {Timestamp{std::chrono::seconds{1'795'000'000}}});
      for (std::size_t k = 0; k < decision.offer_count; ++k) {
        seen += script(*bundle, decision.offers[k], "en").size() + reason(*bundle, decision.offers[k], "ru").size() +
                headline(*bundle, decision.offers[k], "de").size();
      }
    }
  }
  auto volatile keep = seen;
  (void)keep;
}

void open_and_use(std::vector<std::byte> const& bytes) {
  if (auto const bundle = Bundle::from_bytes(bytes)) use(*bundle);
}

}  // namespace

/// The bytes as they are, and once more with every checksum made right, so that mutations reach behind them.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const* const first = reinterpret_cast<std::byte const*>(data);
  std::vector<std::byte> const bytes(first, first + size);
  open_and_use(bytes);
  open_and_use(Surgery(bytes).sealed());
  return 0;
}
