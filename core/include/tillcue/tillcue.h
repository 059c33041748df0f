#ifndef TILLCUE_TILLCUE_H
#define TILLCUE_TILLCUE_H

/* Tillcue's engine for C and for everything that can call C: a bundle in, a live sale, suggestions out.
 *
 * Threads  an engine and its sales belong to one thread at a time.
 * Errors   functions that can fail return a tillcue_code and, when `error` is given, say what and how to mend it.
 *          No exception leaves this interface. A null handle is `invalid`, never a crash; the *_close and *_end
 *          functions take null.
 * Memory   what is opened or begun must be closed or ended; sales may outlive their engine's handle. Strings returned
 *          are UTF-8, belong to the engine and live as long as it and its sales do.
 * Money    minor units of the bundle's currency (cents). Times: milliseconds since 1970, UTC. */

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define TILLCUE_C_API
#else
#define TILLCUE_C_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define TILLCUE_C_VERSION 1
#define TILLCUE_NO_ITEM UINT32_MAX
#define TILLCUE_NO_PRICE INT64_MIN

typedef struct tillcue_engine tillcue_engine;
typedef struct tillcue_sale tillcue_sale;

/* What the caller can do about it; the same as the C++ Code. */
typedef enum tillcue_code {
  TILLCUE_OK = 0,
  TILLCUE_INVALID = 1,     /* mend the input */
  TILLCUE_NOT_FOUND = 2,   /* nothing there under that name */
  TILLCUE_CORRUPT = 3,     /* damaged: fetch it again */
  TILLCUE_UNSUPPORTED = 4, /* newer than this library */
  TILLCUE_REJECTED = 5,    /* understood and refused */
  TILLCUE_NO_MEMORY = 6,
  TILLCUE_INTERNAL = 7 /* a bug here: please report it */
} tillcue_code;

typedef struct tillcue_error {
  tillcue_code code;
  char text[256]; /* one line, ended by 0, cut at a whole character when longer */
} tillcue_error;

typedef enum tillcue_stage { TILLCUE_SCAN = 0, TILLCUE_SUBTOTAL = 1, TILLCUE_TENDER = 2 } tillcue_stage;
typedef enum tillcue_kind {
  TILLCUE_SUGGESTION = 0, /* to be said now */
  TILLCUE_COUPON = 1,     /* to be printed */
  TILLCUE_NOTICE = 2      /* information: neither accepted nor declined */
} tillcue_kind;
typedef enum tillcue_type {
  TILLCUE_TYPE_SUGGESTION = 0,
  TILLCUE_TYPE_UPGRADE = 1,
  TILLCUE_TYPE_MULTI_BUY = 2,
  TILLCUE_TYPE_SECOND_ITEM = 3,
  TILLCUE_TYPE_BUY_GET = 4,
  TILLCUE_TYPE_SET = 5,
  TILLCUE_TYPE_THRESHOLD = 6,
  TILLCUE_TYPE_GIFT = 7,
  TILLCUE_TYPE_COUPON = 8,
  TILLCUE_TYPE_THANK_YOU = 9,
  TILLCUE_TYPE_NOTICE = 10
} tillcue_type;
typedef enum tillcue_reason {
  TILLCUE_BOUGHT_TOGETHER = 0,
  TILLCUE_POPULAR = 1,
  TILLCUE_CATEGORY = 2,
  TILLCUE_UPGRADE = 3,   /* reason_amount: the difference in price */
  TILLCUE_THRESHOLD = 4, /* reason_amount: what is missing */
  TILLCUE_SET = 5,
  TILLCUE_USUAL = 6,
  TILLCUE_EXPERT = 7,
  TILLCUE_PARTNER = 8,
  TILLCUE_CHEAPER = 9, /* instead of what was declined; reason_amount: what is saved */
  TILLCUE_REQUIRED = 10,
  TILLCUE_REACHED = 11, /* reason_amount: the threshold */
  TILLCUE_THANKS = 12
} tillcue_reason;
typedef enum tillcue_discount {
  TILLCUE_NONE = 0,
  TILLCUE_PERCENT = 1,
  TILLCUE_AMOUNT = 2,
  TILLCUE_PRICE = 3 /* the whole costs this much */
} tillcue_discount;
typedef enum tillcue_response {
  TILLCUE_NO_RESPONSE = 0,
  TILLCUE_ACCEPTED = 1,
  TILLCUE_DECLINED = 2,
  TILLCUE_IGNORED = 3
} tillcue_response;
typedef enum tillcue_silence {
  TILLCUE_NOT_SILENT = 0, /* something is offered */
  TILLCUE_HELD_OUT = 1,   /* this sale gets nothing, for measuring */
  TILLCUE_CAP_REACHED = 2,
  TILLCUE_TOO_FEW_ITEMS = 3,
  TILLCUE_NOTHING_FITS = 4,
  TILLCUE_BUSY = 5,         /* the cashier scans too fast to talk */
  TILLCUE_COOLING_DOWN = 6, /* the last prompt is too recent */
  TILLCUE_NO_CHANNEL = 7    /* nothing to say or print it on, or the customer wants no paper */
} tillcue_silence;
typedef enum tillcue_text { TILLCUE_SCRIPT = 0, TILLCUE_REASON = 1, TILLCUE_HEADLINE = 2 } tillcue_text;

/* A text of the bundle: not ended by 0. */
typedef struct tillcue_string {
  char const* data;
  size_t size;
} tillcue_string;

typedef struct tillcue_item {
  tillcue_string sku;
  tillcue_string name;
  tillcue_string category;
  int64_t price; /* TILLCUE_NO_PRICE when unknown */
} tillcue_item;

typedef struct tillcue_offer {
  uint32_t number; /* within the sale; 0: an extra one may only look at, never with a discount */
  uint32_t item;
  tillcue_kind kind;
  tillcue_reason reason;
  uint32_t trigger;         /* the basket's item that speaks for it, or TILLCUE_NO_ITEM */
  uint32_t probability_ppm; /* that this basket gets it, in millionths */
  int64_t price;            /* 0 when unknown */
  tillcue_discount discount;
  int64_t discount_value;  /* percent or minor units */
  tillcue_string campaign; /* empty for suggestions */
  tillcue_string terms;    /* of the campaign, as printed */
  uint16_t valid_days;     /* of the coupon */
  tillcue_type type;
  uint32_t more[2]; /* further extras of a set, or TILLCUE_NO_ITEM */
  int64_t reason_amount;
} tillcue_offer;

typedef struct tillcue_decision {
  tillcue_silence silence;
  uint32_t offer_count; /* offers[0] is the one that counts */
  tillcue_offer offers[3];
  int explored;            /* 1: offers[0] was drawn by chance */
  uint32_t propensity_ppm; /* with which this choice was made */
} tillcue_decision;

typedef struct tillcue_suggestion {
  uint32_t item;
  int32_t score;
  uint32_t probability_ppm;
  tillcue_reason reason;
  uint32_t trigger;
} tillcue_suggestion;

/* The library's version, "0.1.0". */
TILLCUE_C_API char const* tillcue_version(void);

/* Opens a bundle file's bytes, which are copied. Fails with corrupt, unsupported, no_memory. */
TILLCUE_C_API tillcue_code tillcue_engine_open(void const* bytes, size_t size, tillcue_engine** engine,
                                               tillcue_error* error);
TILLCUE_C_API void tillcue_engine_close(tillcue_engine* engine);
TILLCUE_C_API uint32_t tillcue_item_count(tillcue_engine const* engine);
/* ISO 4217 code of all money here, and its decimals (`digits` may be null). */
TILLCUE_C_API tillcue_string tillcue_currency(tillcue_engine const* engine, int* digits);
/* By SKU or GTIN; TILLCUE_NO_ITEM when unknown. */
TILLCUE_C_API uint32_t tillcue_find(tillcue_engine const* engine, char const* code);
/* Fails with not_found. */
TILLCUE_C_API tillcue_code tillcue_get_item(tillcue_engine const* engine, uint32_t item, tillcue_item* out);

/* Where the engine stands, as campaigns name places; null: unknown. Holds for open sales, too.
 * Fails with invalid (longer than 64 bytes), no_memory. */
TILLCUE_C_API tillcue_code tillcue_engine_place(tillcue_engine* engine, char const* store, char const* group,
                                                char const* terminal, tillcue_error* error);
/* The store's clock (minutes east of UTC), the seed of what is chosen by chance, and the channels that work now:
 * bit 0 screen, 1 receipt, 2 line display. As built: UTC, 0, all. Holds for open sales, too. */
TILLCUE_C_API tillcue_code tillcue_engine_circumstances(tillcue_engine* engine, int32_t utc_offset_minutes,
                                                        uint64_t seed, uint8_t channels);
/* What head office says apart from bundles; it holds for open sales, too. `campaign` null: nothing at all is offered.
 * Fails with invalid (name empty or longer than 64 bytes; negative amounts), no_memory. */
TILLCUE_C_API tillcue_code tillcue_live_stop(tillcue_engine* engine, char const* campaign, int stopped);
/* `name`: a campaign or "partner:NAME"; amounts since the campaign began, INT64_MAX unlimited. */
TILLCUE_C_API tillcue_code tillcue_live_grant(tillcue_engine* engine, char const* name, int64_t minor, int64_t issues);
TILLCUE_C_API tillcue_code tillcue_live_stock(tillcue_engine* engine, char const* code, int available);

/* Begins a sale under the POS's own name for it, which also decides whether it is held out.
 * Fails with invalid (empty or longer than 64 bytes), no_memory. */
TILLCUE_C_API tillcue_code tillcue_sale_begin(tillcue_engine* engine, char const* id, int64_t now, tillcue_sale** sale,
                                              tillcue_error* error);
TILLCUE_C_API void tillcue_sale_end(tillcue_sale* sale);
/* 1 when the sale is held out. */
TILLCUE_C_API int tillcue_sale_is_held_out(tillcue_sale const* sale);
/* Who buys; null or empty: nobody known. `segment` may be null. As long as nothing has been shown or withheld this also
 * decides anew whether the sale is held out, where the policy holds out persons. Forgets what is usual.
 * Fails with invalid (longer than 64 bytes), no_memory. */
TILLCUE_C_API tillcue_code tillcue_sale_customer(tillcue_sale* sale, char const* customer, uint16_t visits,
                                                 char const* segment, int no_paper, tillcue_error* error);
/* Something the customer buys in `share_ppm` millionths of the visits; at most 32. Fails with invalid, rejected. */
TILLCUE_C_API tillcue_code tillcue_sale_usual(tillcue_sale* sale, char const* code, uint32_t share_ppm);
/* Adds or replaces a line. `quantity_milli`: thousandths; `unit_price`: TILLCUE_NO_PRICE when unknown.
 * A code the bundle does not know is kept and ignored. Fails with invalid (code), rejected (more than 1,000 lines). */
TILLCUE_C_API tillcue_code tillcue_sale_put(tillcue_sale* sale, uint32_t line, char const* code, int64_t quantity_milli,
                                            int64_t unit_price, tillcue_error* error);
/* Fails with not_found. */
TILLCUE_C_API tillcue_code tillcue_sale_remove(tillcue_sale* sale, uint32_t line);

/* What to offer now, by every rule of the bundle's policy. Allocates nothing. */
TILLCUE_C_API tillcue_code tillcue_sale_decide(tillcue_sale* sale, tillcue_stage stage, int64_t now,
                                               tillcue_decision* out);
/* Records that the last decision's offers[0] is being shown: it counts against the caps and is never repeated, and its
 * cost is taken from its campaign's budget.
 * Call it also when the silence is TILLCUE_HELD_OUT: what was withheld counts the same, so the arms stay comparable.
 * Fails with not_found (nothing was offered), rejected (recorded already), no_memory. */
TILLCUE_C_API tillcue_code tillcue_sale_show(tillcue_sale* sale);
/* What the customer said. Fails with not_found. */
TILLCUE_C_API tillcue_code tillcue_sale_answer(tillcue_sale* sale, uint32_t number, tillcue_response response);
/* The ranking without policy, never an item of the basket; at most 256. Returns how many were written. */
TILLCUE_C_API size_t tillcue_sale_rank(tillcue_sale* sale, tillcue_suggestion* out, size_t capacity);

/* A text about offer `n` (0..2) of the last decision in `language` ("en", "ru"; else the bundle's). Writes at most
 * `capacity` bytes, always ended by 0 when capacity > 0, cut at a whole character; returns the whole text's size
 * without the 0, or 0 when there is no such offer. */
TILLCUE_C_API size_t tillcue_sale_text(tillcue_sale const* sale, size_t n, tillcue_text what, char const* language,
                                       char* buffer, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
