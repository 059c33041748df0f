#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/core/outcome.hpp"
#include "tillcue/core/policy.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"

namespace tillcue::pos {

/// One hint as the cashier sees it: every text is ready to show, UTF-8, in the bundle's language.
struct HintCard {
  std::uint32_t offer = 0;  ///< Offer::number within the sale
  Sku sku;
  std::string name;
  std::string price_text;     ///< "2.55 EUR"; empty when unknown
  std::string discount_text;  ///< "-20 %"; empty when there is none
  std::string script;         ///< the one sentence to say
  std::string reason;
  Probability probability{};
  OfferType type = OfferType::suggestion;
  /// suggestion: to be said and answered; notice: information, not to be answered. Nothing else is on a card.
  OfferKind kind = OfferKind::suggestion;
  std::vector<Sku> more{};  ///< further extras of a set, which belong to the offer; at most two
  Sku instead_of{};         ///< what an upgrade takes the place of, as the till sent it; empty for all others
  std::uint8_t channels = mask_of(Channel::screen);  ///< where it may be shown, a bit each; not on the wire

  friend bool operator==(HintCard const&, HintCard const&) = default;
};

/// What the screen shows now. The first card is the main hint; no cards = nothing to say.
struct HintBoard {
  static constexpr std::size_t kMaxCards = 3;

  SaleId sale;
  Stage stage = Stage::scan;
  std::vector<HintCard> cards;

  friend bool operator==(HintBoard const&, HintBoard const&) = default;
};

/// What became of a coupon, told to the till that rang up its sale.
struct CouponNotice {
  SaleId sale;
  std::string serial;
  std::string text;  ///< the slip as plain text, lines parted by \n
  PrintFate fate = PrintFate::printed;
  std::string reason{};  ///< why it was dropped or is unconfirmed; empty when printed

  friend bool operator==(CouponNotice const&, CouponNotice const&) = default;
};

/// A line for a human at the till ("new release 12 in force"). Needs no answer.
struct Notice {
  std::string text;

  friend bool operator==(Notice const&, Notice const&) = default;
};

/// The state line of the cashier screen.
struct TerminalStatus {
  std::string terminal;
  std::string store;
  std::string language = "en";       ///< of the bundle: the page's own texts follow it ("en", "ru"; else English)
  std::string release;               ///< "12", "none": what the page prints behind "release"
  std::optional<bool> hq_connected;  ///< nothing: the terminal has no head office
  bool printer_ok = false;
  std::string printer;  ///< "ready", "paper out", "no printer configured"
  std::uint64_t outbox_pending = 0;
  std::uint64_t sales = 0;  ///< since start
  std::string message;      ///< one line for the cashier; usually empty

  friend bool operator==(TerminalStatus const&, TerminalStatus const&) = default;
};

}  // namespace tillcue::pos
