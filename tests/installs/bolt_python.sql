-- The tables of an SQLite3InstallationStore of slack_sdk 3.43.0, with made-up tokens.
CREATE TABLE slack_bots (
 id integer primary key autoincrement,
 client_id text not null,
 app_id text not null,
 enterprise_id text not null default '',
 enterprise_name text,
 team_id text not null default '',
 team_name text,
 bot_token text not null,
 bot_id text not null,
 bot_user_id text not null,
 bot_scopes text,
 bot_refresh_token text,  -- since v3.8
 bot_token_expires_at datetime,  -- since v3.8
 is_enterprise_install boolean not null default 0,
 installed_at datetime not null default current_timestamp
            );
INSERT INTO "slack_bots" VALUES(1,'111.222','A1','',NULL,'T1','Acme','xoxb-1','B1','UB1','chat:write,commands',NULL,NULL,0,'2023-11-14 22:13:20');
INSERT INTO "slack_bots" VALUES(2,'111.222','A1','',NULL,'T1','Acme','xoxb-2','B1','UB1','chat:write','xoxe-1-2',1700143200,0,'2023-11-16 02:00:00');
INSERT INTO "slack_bots" VALUES(3,'111.222','A1','E1','Org','',NULL,'xoxb-e','B2','UB2','chat:write',NULL,NULL,1,'2023-11-14 22:13:21');
INSERT INTO "slack_bots" VALUES(4,'9.9','A1','',NULL,'T1','Acme','xoxb-1','B1','UB1','chat:write,commands',NULL,NULL,0,'2023-11-17 00:00:00');
CREATE TABLE slack_installations (
 id integer primary key autoincrement,
 client_id text not null,
 app_id text not null,
 enterprise_id text not null default '',
 enterprise_name text,
 enterprise_url text,
 team_id text not null default '',
 team_name text,
 bot_token text,
 bot_id text,
 bot_user_id text,
 bot_scopes text,
 bot_refresh_token text,  -- since v3.8
 bot_token_expires_at datetime,  -- since v3.8
 user_id text not null,
 user_token text,
 user_scopes text,
 user_refresh_token text,  -- since v3.8
 user_token_expires_at datetime,  -- since v3.8
 incoming_webhook_url text,
 incoming_webhook_channel text,
 incoming_webhook_channel_id text,
 incoming_webhook_configuration_url text,
 is_enterprise_install boolean not null default 0,
 token_type text,
 installed_at datetime not null default current_timestamp
            );
INSERT INTO "slack_installations" VALUES(1,'111.222','A1','',NULL,NULL,'T1','Acme','xoxb-1','B1','UB1','chat:write,commands',NULL,NULL,'U1','xoxp-1','search:read',NULL,NULL,'https://hooks.slack.com/services/T1/B1/x','#all','C1','https://acme.slack.com/services/B1',0,'bot','2023-11-14 22:13:20');
INSERT INTO "slack_installations" VALUES(2,'111.222','A1','',NULL,NULL,'T1','Acme','xoxb-2','B1','UB1','chat:write','xoxe-1-2',1700143200,'U2','xoxp-2','search:read','xoxe-1-u2',1700143200,NULL,NULL,NULL,NULL,0,'bot','2023-11-16 02:00:00');
INSERT INTO "slack_installations" VALUES(3,'111.222','A1','E1','Org','https://org.enterprise.slack.com/','',NULL,'xoxb-e','B2','UB2','chat:write',NULL,NULL,'U3',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,'bot','2023-11-14 22:13:21');
INSERT INTO "slack_installations" VALUES(4,'111.222','A1','E1','Org',NULL,'T2','Two',NULL,NULL,NULL,'',NULL,NULL,'U4','xoxp-4','search:read',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,'2023-11-14 22:13:22');
INSERT INTO "slack_installations" VALUES(5,'9.9','A1','',NULL,NULL,'T1','Acme','xoxb-1','B1','UB1','chat:write,commands',NULL,NULL,'U1','xoxp-1','search:read',NULL,NULL,'https://hooks.slack.com/services/T1/B1/x','#all','C1','https://acme.slack.com/services/B1',0,'bot','2023-11-17 00:00:00');
