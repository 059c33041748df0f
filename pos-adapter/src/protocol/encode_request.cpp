#include <nlohmann/json.hpp>

#include "protocol/json_line.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {
namespace {

using Json = nlohmann::ordered_json;

/// A decimal as short as it gets: 2, 0.5, 1.255. Three decimals of at most 10^6 are exact enough in a double.
Json decimal(Quantity quantity) {
  if (quantity.milli % 1000 == 0) return quantity.milli / 1000;
  return static_cast<double>(quantity.milli) / 1000.0;
}

struct Writer {
  Json& out;

  void operator()(Hello const& m) const {
    out["type"] = "hello";
    out["protocol"] = m.protocol;
    out["till"] = m.till;
    if (!m.software.empty()) out["software"] = m.software;
    if (!m.hints) out["hints"] = false;
  }
  void operator()(Begin const& m) const {
    begin("begin", m.sale);
    if (m.resume) out["resume"] = true;
  }
  void operator()(PutLine const& m) const {
    begin(m.verb == PutLine::Verb::add ? "add" : "change", m.sale);
    out["line"] = static_cast<std::uint32_t>(m.line);
    out["sku"] = m.sku.value;
    out["quantity"] = decimal(m.quantity);
    if (m.price_minor) out["price"] = *m.price_minor;
    if (!m.name.empty()) out["name"] = m.name;
  }
  void operator()(RemoveLine const& m) const {
    begin("remove", m.sale);
    out["line"] = static_cast<std::uint32_t>(m.line);
  }
  void operator()(SetCustomer const& m) const {
    begin("customer", m.sale);
    out["customer"] = m.customer.value;
    if (m.visits > 0) out["visits"] = m.visits;
    if (!m.segment.empty()) out["segment"] = m.segment;
    if (m.no_paper) out["no_paper"] = true;
    for (auto const& usual : m.usual) {
      out["usual"].push_back({{"sku", usual.sku.value}, {"share", decimal({usual.share.ppm / 1000})}});
    }
  }
  void operator()(SetStock const& m) const {
    out["type"] = "stock";
    out["sku"] = m.sku.value;
    out["available"] = m.available;
  }
  void operator()(Subtotal const& m) const { begin("subtotal", m.sale); }
  void operator()(Tender const& m) const { begin("tender", m.sale); }
  void operator()(Finish const& m) const {
    begin("finish", m.sale);
    if (m.total_minor) out["total"] = *m.total_minor;
  }
  void operator()(Void const& m) const { begin("void", m.sale); }
  void operator()(Answer const& m) const {
    begin(m.accepted ? "accept" : "decline", m.sale);
    out["offer"] = m.offer;
  }
  void operator()(Reprint const& m) const { begin("reprint", m.sale); }
  void operator()(Ping const&) const { out["type"] = "ping"; }

 private:
  void begin(char const* type, SaleId const& sale) const {
    out["type"] = type;
    out["sale"] = sale.value;
  }
};

}  // namespace

std::string encode(Request const& request) {
  Json out = Json::object();
  std::visit(Writer{out}, request.message);
  if (request.id) out["id"] = *request.id;
  return json_line(out);
}

}  // namespace tillcue::pos
