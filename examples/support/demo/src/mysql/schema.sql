-- Sanctum's table, as its own migration creates it.
CREATE TABLE IF NOT EXISTS personal_access_tokens (
    id             bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    tokenable_type varchar(255)    NOT NULL,
    tokenable_id   bigint unsigned NOT NULL,
    name           varchar(255)    NOT NULL,
    token          varchar(64)     NOT NULL,
    abilities      text            NULL,
    last_used_at   timestamp       NULL,
    expires_at     timestamp       NULL,
    created_at     timestamp       NULL,
    updated_at     timestamp       NULL,
    UNIQUE KEY personal_access_tokens_token_unique (token),
    KEY personal_access_tokens_tokenable_type_tokenable_id_index (tokenable_type, tokenable_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS tokenfolio_demo_owner (id bigint unsigned NOT NULL PRIMARY KEY) ENGINE = InnoDB;
INSERT IGNORE INTO tokenfolio_demo_owner VALUES (1), (2);
