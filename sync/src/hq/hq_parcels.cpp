#include "hq_parcels.hpp"

#include <algorithm>
#include <utility>

#include "tillcue/core/parcel.hpp"
#include "tillcue/sync/probe.hpp"
#include "wire/json_fields.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kTold = 1U << 20U;  ///< bytes of a bundle from which packing is felt

/// A parcel that saves less than a tenth is not worth its place on the broker.
bool worth_it(std::size_t parcel, std::size_t bundle) { return parcel < bundle - bundle / 10; }

Cargo cargo_of(std::vector<std::byte> bytes) {
  Cargo cargo;
  cargo.owned = std::move(bytes);
  cargo.bytes = cargo.owned;
  cargo.object = sha256(cargo.bytes);
  if (cargo.bytes.size() <= kChunkBytes) return cargo;
  for (std::size_t begin = 0; begin < cargo.bytes.size(); begin += kChunkBytes) {
    auto const piece = cargo.bytes.subspan(begin, std::min(kChunkBytes, cargo.bytes.size() - begin));
    cargo.list += as_text(sha256(piece).bytes);
  }
  cargo.list_object = sha256(as_bytes(cargo.list));
  return cargo;
}

}  // namespace

Result<std::vector<Cargo>> make_parcels(Manifest& manifest, std::span<std::byte const> bundle,
                                        std::span<std::vector<std::byte> const> bases,
                                        std::function<void(std::string const&)> const& say) {
  std::vector<Cargo> made;
  auto const add = [&](std::optional<Sha256> base, std::vector<std::byte> bytes) {
    auto const size = bytes.size();
    bool const worth = worth_it(size, bundle.size()) && size <= kMaxBundle;
    auto const what = base ? "delta against " + base->hex().substr(0, 12) : std::string("whole parcel");
    if (say) say(what + ": " + std::to_string(size) + " bytes" + (worth ? "" : ", not worth sending"));
    if (!worth) return;
    made.push_back(cargo_of(std::move(bytes)));
    manifest.parcels.push_back({made.back().object, made.back().bytes.size(), base, made.back().list_object});
  };
  // Seconds each for 100,000 items: whoever waits is told for what.
  auto const begin = [&](std::size_t n) {
    if (say && bundle.size() > kTold) {
      say("packing parcel " + std::to_string(n) + " of up to " + std::to_string(1 + bases.size()) + " ...");
    }
  };
  begin(1);
  auto whole = pack_parcel(bundle);
  if (!whole) return tl::unexpected{whole.error().within("parcel")};
  add(std::nullopt, std::move(*whole));
  for (auto const& base : bases) {
    auto const digest = sha256(base);
    if (digest == manifest.bundle || manifest.parcels.size() >= kMaxParcels) continue;
    begin(static_cast<std::size_t>(&base - bases.data()) + 2);
    auto delta = pack_parcel(bundle, base);
    if (!delta) return tl::unexpected{delta.error().within("parcel")};
    add(digest, std::move(*delta));
  }
  return made;
}

Result<std::vector<Probe>> make_probes(std::span<std::byte const> bundle) {
  auto const opened = Bundle::from_bytes(bundle);
  if (!opened) return tl::unexpected{opened.error()};
  constexpr std::size_t kProbes = 4;
  std::vector<Probe> probes;
  auto const count = opened->item_count();
  for (std::size_t n = 0; n < kProbes && n < count; ++n) {
    Probe probe;
    // Baskets of one to four items, spread over the catalogue.
    for (std::size_t k = 0; k <= n; ++k) {
      auto const item = static_cast<std::uint32_t>((count * n / kProbes + k * (count / 7 + 1)) % count);
      auto const sku = std::string(opened->item(ItemIx{item}).sku);
      if (std::find(probe.basket.begin(), probe.basket.end(), sku) == probe.basket.end()) probe.basket.push_back(sku);
    }
    probe.answer = answer_of(*opened, probe.basket);
    bool const speakable = std::all_of(probe.basket.begin(), probe.basket.end(), is_utf8) &&
                           std::all_of(probe.answer.begin(), probe.answer.end(), is_utf8);
    if (speakable) probes.push_back(std::move(probe));
  }
  return probes;
}

}  // namespace tillcue::sync
