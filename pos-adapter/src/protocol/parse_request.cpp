#include <array>

#include "protocol/line_fields.hpp"
#include "tillcue/core/card_number.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {
namespace {

constexpr std::int64_t kMaxU32 = 0xFFFF'FFFF;

/// Reads the members of one message and keeps the first error, so that a reader is a plain list of fields.
class Draft {
 public:
  explicit Draft(LineFields const& fields) : fields_(&fields) {}

  std::string text(std::string_view name, std::size_t max_bytes) {
    return uncarded(name, keep(fields_->text(name, max_bytes)));
  }
  std::string text_or_empty(std::string_view name, std::size_t max_bytes) {
    return uncarded(name, keep(fields_->optional_text(name, max_bytes)).value_or(""));
  }
  /// Some POSes count in numbers of which many look like a card's; such a number stays between till and terminal.
  SaleId sale() { return SaleId(keep(fields_->text("sale", kMaxIdentifier))); }
  LineNo line() { return LineNo{u32("line", 1)}; }
  std::uint32_t u32(std::string_view name, std::int64_t least) {
    return static_cast<std::uint32_t>(keep(fields_->integer(name, least, kMaxU32)));
  }
  std::optional<std::int64_t> amount(std::string_view name) {
    return keep(fields_->optional_integer(name, -kMaxAmountMinor, kMaxAmountMinor));
  }
  bool flag(std::string_view name, bool otherwise = false) { return keep(fields_->flag(name, otherwise)); }
  bool needed_flag(std::string_view name) {
    if (fields_->find(name) == nullptr) {
      refuse(Code::invalid, "field \"" + std::string(name) + "\" is missing: send true or false");
    }
    return flag(name);
  }
  std::uint16_t count(std::string_view name) {
    return static_cast<std::uint16_t>(keep(fields_->optional_integer(name, 0, UINT16_MAX)).value_or(0));
  }
  std::vector<UsualSku> usual() {
    auto list = keep(fields_->usual("usual", SetCustomer::kMaxUsual));
    for (auto const& one : list) uncarded("usual", one.sku.value);
    return list;
  }
  Quantity quantity() {
    auto const milli = keep(fields_->optional_milli("quantity", kMaxQuantityMilli)).value_or(1000);
    if (milli == 0) refuse(Code::invalid, "field \"quantity\" is 0: send remove to take a line out");
    return Quantity{milli};
  }
  [[nodiscard]] std::optional<Error> const& error() const noexcept { return error_; }

 private:
  template <class T>
  T keep(Result<T> value) {
    if (value) return std::move(*value);
    if (!error_) error_ = std::move(value.error());
    return T{};
  }
  void refuse(Code code, std::string what) {
    if (!error_) error_ = Error{code, std::move(what)};
  }
  std::string uncarded(std::string_view name, std::string value) {
    if (looks_like_card_number(value)) {
      refuse(Code::rejected, "field \"" + std::string(name) +
                                 "\" looks like a payment card number: send the shop's own number, never a card's");
    }
    return value;
  }

  LineFields const* fields_;
  std::optional<Error> error_;
};

Message read_hello(Draft& in) {
  return Hello{in.u32("protocol", 1), in.text("till", kMaxIdentifier), in.text_or_empty("software", kMaxText),
               in.flag("hints", true)};
}
Message read_begin(Draft& in) { return Begin{in.sale(), in.flag("resume")}; }
Message read_put(Draft& in, PutLine::Verb verb) {
  return PutLine{in.sale(),     in.line(),          Sku(in.text("sku", kMaxIdentifier)),
                 in.quantity(), in.amount("price"), in.text_or_empty("name", kMaxText),
                 verb};
}
Message read_add(Draft& in) { return read_put(in, PutLine::Verb::add); }
Message read_change(Draft& in) { return read_put(in, PutLine::Verb::change); }
Message read_remove(Draft& in) { return RemoveLine{in.sale(), in.line()}; }
Message read_customer(Draft& in) {
  return SetCustomer{in.sale(),           CustomerId(in.text_or_empty("customer", kMaxIdentifier)),
                     in.count("visits"),  in.text_or_empty("segment", kMaxIdentifier),
                     in.flag("no_paper"), in.usual()};
}
Message read_subtotal(Draft& in) { return Subtotal{in.sale()}; }
Message read_tender(Draft& in) { return Tender{in.sale()}; }
Message read_finish(Draft& in) { return Finish{in.sale(), in.amount("total")}; }
Message read_void(Draft& in) { return Void{in.sale()}; }
Message read_accept(Draft& in) { return Answer{in.sale(), in.u32("offer", 1), true}; }
Message read_decline(Draft& in) { return Answer{in.sale(), in.u32("offer", 1), false}; }
Message read_stock(Draft& in) { return SetStock{Sku(in.text("sku", kMaxIdentifier)), in.needed_flag("available")}; }
Message read_reprint(Draft& in) { return Reprint{in.sale()}; }
Message read_ping(Draft&) { return Ping{}; }

struct Kind {
  std::string_view type;
  Message (*read)(Draft&);
};

constexpr std::array<Kind, 15> kKinds{{
    {"hello", read_hello},
    {"begin", read_begin},
    {"add", read_add},
    {"change", read_change},
    {"remove", read_remove},
    {"customer", read_customer},
    {"subtotal", read_subtotal},
    {"tender", read_tender},
    {"finish", read_finish},
    {"void", read_void},
    {"accept", read_accept},
    {"decline", read_decline},
    {"stock", read_stock},
    {"reprint", read_reprint},
    {"ping", read_ping},
}};

Kind const* kind_of(std::string_view type) noexcept {
  for (auto const& kind : kKinds) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

tl::unexpected<Error> unknown_type() {
  std::string known;
  for (auto const& kind : kKinds) known += (known.empty() ? "" : ", ") + std::string(kind.type);
  return fail(Code::unsupported, "unknown message type: this terminal knows " + known);
}

Result<std::optional<std::uint64_t>> read_id(LineFields const& fields) {
  auto const id = fields.optional_integer("id", 0, static_cast<std::int64_t>(kMaxRequestId));
  if (!id) return tl::unexpected(id.error());
  if (!*id) return std::optional<std::uint64_t>{};
  if (looks_like_card_number(std::to_string(**id))) {
    return fail(Code::rejected, "field \"id\" looks like a payment card number: count your messages from 1");
  }
  return std::optional(static_cast<std::uint64_t>(**id));
}

Result<LineFields> read_line(std::string_view line) {
  if (line.size() > kMaxRequestLine) {
    return fail(Code::invalid, "line has more than " + std::to_string(kMaxRequestLine) + " bytes");
  }
  return LineFields::read(line);
}

}  // namespace

Result<Request> parse_request(std::string_view line) {
  auto const fields = read_line(line);
  if (!fields) return tl::unexpected(fields.error());
  auto id = read_id(*fields);
  if (!id) return tl::unexpected(std::move(id.error()));
  auto const type = fields->text("type", kMaxIdentifier);
  if (!type) return tl::unexpected(type.error());
  auto const* kind = kind_of(*type);
  if (kind == nullptr) return unknown_type();
  Draft draft(*fields);
  Request request{*id, kind->read(draft)};
  if (draft.error()) return tl::unexpected(draft.error()->within(*type));
  return request;
}

std::optional<std::uint64_t> id_of(std::string_view line) {
  auto const fields = read_line(line);
  if (!fields) return {};
  auto const id = read_id(*fields);
  return id ? *id : std::nullopt;
}

namespace {

struct SaleFinder {
  SaleId const* operator()(Hello const&) const noexcept { return nullptr; }
  SaleId const* operator()(Ping const&) const noexcept { return nullptr; }
  SaleId const* operator()(SetStock const&) const noexcept { return nullptr; }
  template <class T>
  SaleId const* operator()(T const& message) const noexcept {
    return &message.sale;
  }
};

}  // namespace

SaleId const* sale_of(Message const& message) noexcept { return std::visit(SaleFinder{}, message); }

}  // namespace tillcue::pos
