#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "tillcue/core/engine.hpp"

namespace tillcue {

/// What a terminal reports to HQ. Plain values with SKUs instead of ItemIx, because they outlive the bundle.
/// Every one carries the sale; numbers are unique within a sale.

struct DecisionMade {
  SaleId sale;
  std::uint32_t number = 0;  ///< counts the decisions of a sale
  std::uint32_t offer = 0;   ///< Offer::number; 0 = nothing offered
  Stage stage = Stage::scan;
  Arm arm = Arm::treated;
  Silence silence = Silence::none;
  std::vector<Sku> eligible;
  Sku item;  ///< chosen; empty when nothing was
  Probability probability{};
  std::uint32_t propensity_ppm = 1'000'000;
  ReasonCode reason = ReasonCode::popular;
  Sku trigger;
  std::string campaign;
  std::uint64_t release = 0;               ///< of the bundle that decided
  std::uint32_t micros = 0;                ///< how long deciding took
  OfferType type = OfferType::suggestion;  ///< offered, or withheld from a held-out sale
  bool explored = false;                   ///< drawn by chance instead of taken from the top (D11)
  std::string replay;                      ///< replay_record(); empty when it would be too long
};

struct OfferAnswered {
  SaleId sale;
  std::uint32_t offer = 0;
  Response response = Response::none;
  bool bought = false;  ///< the item was in the basket when the sale closed
};

enum class PrintFate : std::uint8_t { printed, unconfirmed, dropped };

struct CouponIssued {
  SaleId sale;
  std::uint32_t offer = 0;
  std::string serial;
  Sku item;
  std::string campaign;
  DiscountKind discount = DiscountKind::none;
  std::int64_t value = 0;
  std::int64_t valid_until = 0;  ///< seconds since 1970
  PrintFate fate = PrintFate::printed;
  std::string why;  ///< of a drop: "127.0.0.1:9100: paper out; put in a new roll"
};

struct SaleLine {
  Sku sku;
  Quantity quantity{};
  Money unit_price{};
};

enum class SaleEnd : std::uint8_t { finished, voided, abandoned };

struct SaleClosed {
  SaleId sale;
  SaleEnd end = SaleEnd::finished;
  Arm arm = Arm::treated;
  Timestamp begun{};
  std::string customer;  ///< keyed pseudonym, never the loyalty id
  Money total{};
  std::vector<SaleLine> lines;
  std::uint32_t hints = 0;
  std::uint32_t accepted = 0;
  std::uint32_t coupons = 0;
  std::uint64_t release = 0;  ///< of the bundle in force when it closed; 0: a local one, or none
  bool decided = true;        ///< false: there was no bundle to decide with, so the arm says nothing
};

struct Outcome {
  Timestamp at{};
  std::variant<DecisionMade, OfferAnswered, CouponIssued, SaleClosed> what;
};

}  // namespace tillcue
