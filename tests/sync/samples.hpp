#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tillcue/sync/wire.hpp"

/// Valid values to start from: each test spoils one thing.
namespace tillcue::sync::test {

inline std::string content(std::size_t size, unsigned seed = 1) {
  std::string bytes(size, '\0');
  auto state = seed * 2654435761U + 1U;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  return bytes;
}

inline std::string_view piece(std::string_view bytes, std::uint32_t index) {
  return bytes.substr(std::size_t{index} * kChunkBytes, kChunkBytes);
}

inline Manifest manifest_of(std::string_view bytes, std::uint64_t release = 7) {
  auto manifest = cut_bundle(as_bytes(bytes))->manifest;
  manifest.chain = "demo";
  manifest.release = release;
  manifest.created = 1'790'000'000;
  manifest.expires = 1'800'000'000;
  manifest.minimum_version = "0.1.0";
  manifest.note = "week 47";
  return manifest;
}

inline Timestamp at(std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

inline Outcome decision(std::uint32_t number = 1) {
  DecisionMade made;
  made.sale = SaleId{"20261121-17-0042"};
  made.number = number;
  made.offer = 1;
  made.stage = Stage::subtotal;
  made.eligible = {Sku{"4006381333931"}, Sku{"22423"}};
  made.item = Sku{"4006381333931"};
  made.probability = {123'456};
  made.trigger = Sku{"85123A"};
  made.campaign = "autumn";
  made.release = 7;
  made.micros = 12;
  return {at(1'790'000'123), made};
}

inline Outcome sale(std::size_t lines = 2) {
  SaleClosed closed;
  closed.sale = SaleId{"20261121-17-0042"};
  closed.arm = Arm::holdout;
  closed.begun = at(1'790'000'100);
  closed.customer = "00112233445566778899aabbccddeeff";
  closed.total = {2'40, {{'E', 'U', 'R'}, 2}};
  for (std::size_t n = 0; n < lines; ++n) {
    closed.lines.push_back({Sku{"sku-" + std::to_string(n)}, {1500}, {160, closed.total.currency}});
  }
  closed.hints = 2;
  closed.accepted = 1;
  closed.coupons = 1;
  return {at(1'790'000'200), closed};
}

}  // namespace tillcue::sync::test
