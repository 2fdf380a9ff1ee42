BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE api_token (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	salt VARCHAR NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	created DATETIME NOT NULL, 
	expires DATETIME, 
	revoked DATETIME, 
	CONSTRAINT pk_api_token PRIMARY KEY (id)
);
INSERT INTO "api_token" VALUES(1,'asset system','9791395e97a1d24a03857160a01a854a','284d883f1d4aed2902afb752756277b029dc5e64aa5d3fecad3e68c6a749bfdd','2026-12-01 04:09:21.452528',NULL,NULL);
CREATE TABLE decision (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	finding_key VARCHAR, 
	who VARCHAR NOT NULL, 
	decided DATETIME NOT NULL, 
	kind VARCHAR NOT NULL, 
	payload JSON NOT NULL, 
	previous VARCHAR NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	line VARCHAR NOT NULL, 
	CONSTRAINT pk_decision PRIMARY KEY (id), 
	CONSTRAINT fk_decision_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id), 
	CONSTRAINT uq_decision_visit_id_number UNIQUE (visit_id, number)
);
INSERT INTO "decision" VALUES(1,1,1,NULL,'Ada','2026-05-04 03:02:01.000000','accept','{"n":1,"say":"\u00e9"}','','d3cc362c48e15dfdd5585f2d833bc2f76c2f9d7c3df044452504e3aca48af1d8','{"number": 1, "finding": null, "who": "Ada", "when": "2026-05-04T03:02:01Z", "kind": "accept", "payload": {"n": 1, "say": "\u00e9"}, "previous": "", "sha256": "d3cc362c48e15dfdd5585f2d833bc2f76c2f9d7c3df044452504e3aca48af1d8"}');
INSERT INTO "decision" VALUES(2,1,2,NULL,'Ada','2026-05-04 03:02:01.000000','accept','{"n":2,"say":"\u00e9"}','d3cc362c48e15dfdd5585f2d833bc2f76c2f9d7c3df044452504e3aca48af1d8','3df573a27bdcb8cf3263036c35fd090de3aeb8ba70d6d08e22197ccc5ac4935e','{"number": 2, "finding": null, "who": "Ada", "when": "2026-05-04T03:02:01Z", "kind": "accept", "payload": {"n": 2, "say": "\u00e9"}, "previous": "d3cc362c48e15dfdd5585f2d833bc2f76c2f9d7c3df044452504e3aca48af1d8", "sha256": "3df573a27bdcb8cf3263036c35fd090de3aeb8ba70d6d08e22197ccc5ac4935e"}');
INSERT INTO "decision" VALUES(3,1,3,NULL,'Ada','2026-05-04 03:02:01.000000','accept','{"n":3,"say":"\u00e9"}','3df573a27bdcb8cf3263036c35fd090de3aeb8ba70d6d08e22197ccc5ac4935e','db85e891dfcac0f063e327e31d24f1dbcdda54741f1214fb0968b484e7d72eb5','{"number": 3, "finding": null, "who": "Ada", "when": "2026-05-04T03:02:01Z", "kind": "accept", "payload": {"n": 3, "say": "\u00e9"}, "previous": "3df573a27bdcb8cf3263036c35fd090de3aeb8ba70d6d08e22197ccc5ac4935e", "sha256": "db85e891dfcac0f063e327e31d24f1dbcdda54741f1214fb0968b484e7d72eb5"}');
CREATE TABLE element (
	id INTEGER NOT NULL, 
	structure_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	name VARCHAR NOT NULL, 
	number VARCHAR, 
	material VARCHAR, 
	member VARCHAR, 
	exposure VARCHAR, 
	reinforcement VARCHAR, 
	area_m2 DOUBLE, 
	length_m DOUBLE, 
	latitude_deg DOUBLE, 
	longitude_deg DOUBLE, 
	CONSTRAINT pk_element PRIMARY KEY (id), 
	CONSTRAINT ck_element_ck_element_area CHECK (area_m2 > 0), 
	CONSTRAINT ck_element_ck_element_latitude CHECK (latitude_deg BETWEEN -90 AND 90), 
	CONSTRAINT ck_element_ck_element_length CHECK (length_m > 0), 
	CONSTRAINT ck_element_ck_element_longitude CHECK (longitude_deg BETWEEN -180 AND 180), 
	CONSTRAINT fk_element_parent_id FOREIGN KEY(parent_id) REFERENCES element (id), 
	CONSTRAINT fk_element_structure_id FOREIGN KEY(structure_id) REFERENCES structure (id), 
	CONSTRAINT uq_element_structure_id_name UNIQUE (structure_id, name)
);
INSERT INTO "element" VALUES(1,1,NULL,'north',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE element_total (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	element_id INTEGER, 
	code VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	cracks DOUBLE NOT NULL, 
	length_m DOUBLE NOT NULL, 
	CONSTRAINT pk_element_total PRIMARY KEY (id), 
	CONSTRAINT fk_element_total_element_id FOREIGN KEY(element_id) REFERENCES element (id), 
	CONSTRAINT fk_element_total_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
);
INSERT INTO "element_total" VALUES(1,1,1,'aashto-mbei','CS1',0.35,0.7);
INSERT INTO "element_total" VALUES(2,1,1,'aashto-mbei','CS2',1.05,2.1);
CREATE TABLE finding (
	id INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	visit_id INTEGER NOT NULL, 
	photograph_id INTEGER NOT NULL, 
	result_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	current BOOLEAN NOT NULL, 
	short_name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	probability DOUBLE, 
	confidence DOUBLE NOT NULL, 
	length_px DOUBLE NOT NULL, 
	length_mm DOUBLE, 
	max_width_px DOUBLE, 
	max_width_mm DOUBLE, 
	code VARCHAR, 
	state VARCHAR, 
	state_probability DOUBLE, 
	urgency DOUBLE NOT NULL, 
	doubt DOUBLE NOT NULL, 
	decided BOOLEAN NOT NULL, 
	record JSON NOT NULL, 
	CONSTRAINT pk_finding PRIMARY KEY (id), 
	CONSTRAINT ck_finding_ck_finding_kind CHECK (kind IN ('crack', 'rejected')), 
	CONSTRAINT fk_finding_photograph_id FOREIGN KEY(photograph_id) REFERENCES photograph (id), 
	CONSTRAINT fk_finding_result_id FOREIGN KEY(result_id) REFERENCES result (id), 
	CONSTRAINT fk_finding_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id), 
	CONSTRAINT uq_finding_result_id_position UNIQUE (result_id, position)
);
INSERT INTO "finding" VALUES(1,'01d1fc3ee8249ed5c953d0987ac3de4d8fc7224003c829efff823b172bffc674',1,1,1,0,1,'P001-C01','crack',0.9,0.9,10.0,2000.0,3.0,0.4,'aashto-mbei','CS2',0.75,40.0,0.2,0,'{"id":"P001-C01","probability":0.9,"kinds":{},"confidence":0.9,"length_px":10.0,"mean_width_px":2.0,"max_width_px":3.0,"widest_px":[5.0,5.0],"orientation_deg":0.0,"box_px":[0,4,11,3],"touches_border":false,"nodes_px":[[0.0,5.0],[10.0,5.0]],"branches":[{"points_px":[[0.0,5.0],[10.0,5.0]],"width_px":[2.0,2.0],"start":0,"end":1,"inferred":[]}],"measurement":{"length_px":{"value":10.0,"standard":0.1,"low":10.0,"high":10.0,"contributions":{}},"length_mm":{"value":2000.0,"standard":0.1,"low":2000.0,"high":2000.0,"contributions":{}},"is_lower_bound":false,"max_width_px":{"value":3.0,"standard":0.1,"low":3.0,"high":3.0,"contributions":{}},"mean_width_px":{"value":2.0,"standard":0.1,"low":2.0,"high":2.0,"contributions":{}},"max_width_mm":{"value":0.4,"standard":0.1,"low":0.4,"high":0.4,"contributions":{}},"mean_width_mm":{"value":0.3,"standard":0.1,"low":0.3,"high":0.3,"contributions":{}},"measured_share":1.0,"orientation_deg":{"value":0.0,"standard":0.1,"low":0.0,"high":0.0,"contributions":{}},"to_axis_deg":null,"direction":null,"pattern":"single","profiles":[],"inferred_px":0.0,"inferred_mm":null},"grades":[{"code":"aashto-mbei","title":"","clause":"","kind":"inspection state","verified":"primary","states":{"CS2":0.75,"CS1":0.25},"stated":null,"text":"","probability":null,"refused":null,"basis":[],"notes":[]}],"priority":{"score":40.0,"terms":[],"note":"","if_crack":null,"probability":null},"continues":[],"network":null}');
INSERT INTO "finding" VALUES(2,'2c009313a08c7f9959ff14cef36a50295b0e8c88ba54135a154e3507fd3e46fa',1,1,1,1,1,'P001-C02','crack',0.5,0.9,10.0,2000.0,3.0,0.4,'aashto-mbei','CS2',0.75,10.0,1.0,0,'{"id":"P001-C02","probability":0.5,"kinds":{},"confidence":0.9,"length_px":10.0,"mean_width_px":2.0,"max_width_px":3.0,"widest_px":[45.0,5.0],"orientation_deg":0.0,"box_px":[40,4,11,3],"touches_border":false,"nodes_px":[[40.0,5.0],[50.0,5.0]],"branches":[{"points_px":[[40.0,5.0],[50.0,5.0]],"width_px":[2.0,2.0],"start":0,"end":1,"inferred":[]}],"measurement":{"length_px":{"value":10.0,"standard":0.1,"low":10.0,"high":10.0,"contributions":{}},"length_mm":{"value":2000.0,"standard":0.1,"low":2000.0,"high":2000.0,"contributions":{}},"is_lower_bound":false,"max_width_px":{"value":3.0,"standard":0.1,"low":3.0,"high":3.0,"contributions":{}},"mean_width_px":{"value":2.0,"standard":0.1,"low":2.0,"high":2.0,"contributions":{}},"max_width_mm":{"value":0.4,"standard":0.1,"low":0.4,"high":0.4,"contributions":{}},"mean_width_mm":{"value":0.3,"standard":0.1,"low":0.3,"high":0.3,"contributions":{}},"measured_share":1.0,"orientation_deg":{"value":0.0,"standard":0.1,"low":0.0,"high":0.0,"contributions":{}},"to_axis_deg":null,"direction":null,"pattern":"single","profiles":[],"inferred_px":0.0,"inferred_mm":null},"grades":[{"code":"aashto-mbei","title":"","clause":"","kind":"inspection state","verified":"primary","states":{"CS2":0.75,"CS1":0.25},"stated":null,"text":"","probability":null,"refused":null,"basis":[],"notes":[]}],"priority":{"score":10.0,"terms":[],"note":"","if_crack":null,"probability":null},"continues":[],"network":null}');
INSERT INTO "finding" VALUES(3,'9b4ee4edb78863e0dd04dbc5ee948bfcbbd37d4ddce157335330364ee0e884e6',1,1,1,2,1,'P001-R01','rejected',0.3,0.5,8.0,NULL,NULL,NULL,NULL,NULL,NULL,-1.0,0.6,0,'{"reason":"too short","detail":"8 px long, at least 30 are needed","probability":0.3,"kinds":{},"confidence":0.5,"length_px":8.0,"box_px":[1,1,9,3],"lines_px":[[[1.0,2.0],[9.0,2.0]]]}');
CREATE TABLE inspected (
	inspection_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	result_id INTEGER NOT NULL, 
	CONSTRAINT pk_inspected PRIMARY KEY (inspection_id, position), 
	CONSTRAINT fk_inspected_inspection_id FOREIGN KEY(inspection_id) REFERENCES inspection (id), 
	CONSTRAINT fk_inspected_result_id FOREIGN KEY(result_id) REFERENCES result (id)
);
INSERT INTO "inspected" VALUES(1,0,1);
INSERT INTO "inspected" VALUES(1,1,2);
CREATE TABLE inspection (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	created DATETIME NOT NULL, 
	cracklens_version VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	photographs INTEGER NOT NULL, 
	folder VARCHAR NOT NULL, 
	imported DATETIME NOT NULL, 
	record JSON NOT NULL, 
	CONSTRAINT pk_inspection PRIMARY KEY (id), 
	CONSTRAINT fk_inspection_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id), 
	CONSTRAINT uq_inspection_visit_id_digest UNIQUE (visit_id, digest), 
	CONSTRAINT uq_inspection_visit_id_version UNIQUE (visit_id, version)
);
INSERT INTO "inspection" VALUES(1,1,1,'0a5afc69b29265722ddbba6af004eb510913ee46ae050b1fc24b207b5cd3734d','2026-05-04 03:02:01.000000','0.1.0','concrete',2,'/site/in','2026-12-01 04:09:21.387263','{"schema_version":3,"cracklens_version":"0.1.0","created":"2026-05-04T03:02:01Z","root":"/site/Br\u00fccke 7","configuration":{"least_length_px":30.0,"scales":[1.0]},"context":null,"model":{"name":"concrete","embedded":true,"task":"segment","network_sha256":"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff","engine":"OpenVINO 2026.4.1","precision":"f32","card":{"name":"concrete"}},"quantities":null,"failed":[{"path":"c.jpg","reason":"the file is empty (0 bytes)"}],"copies":[],"limits":["In pixels."]}');
CREATE TABLE job (
	id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	progress DOUBLE NOT NULL, 
	payload JSON NOT NULL, 
	result JSON, 
	error VARCHAR, 
	worker VARCHAR, 
	attempts INTEGER NOT NULL, 
	created DATETIME NOT NULL, 
	started DATETIME, 
	heartbeat DATETIME, 
	finished DATETIME, 
	CONSTRAINT pk_job PRIMARY KEY (id), 
	CONSTRAINT ck_job_ck_job_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled'))
);
INSERT INTO "job" VALUES(1,'inspect','queued',0.0,'{"folder":"bridge"}',NULL,NULL,NULL,0,'2026-12-01 04:09:21.450740',NULL,NULL,NULL);
CREATE TABLE photograph (
	id INTEGER NOT NULL, 
	visit_id INTEGER NOT NULL, 
	element_id INTEGER, 
	sha256 VARCHAR NOT NULL, 
	short_name VARCHAR NOT NULL, 
	root VARCHAR NOT NULL, 
	path VARCHAR NOT NULL, 
	width_px INTEGER NOT NULL, 
	height_px INTEGER NOT NULL, 
	taken VARCHAR, 
	camera VARCHAR, 
	lens VARCHAR, 
	latitude_deg DOUBLE, 
	longitude_deg DOUBLE, 
	altitude_m DOUBLE, 
	"view" VARCHAR, 
	seen BOOLEAN NOT NULL, 
	seen_at DATETIME, 
	seen_by VARCHAR, 
	urgency DOUBLE NOT NULL, 
	cracks INTEGER NOT NULL, 
	unsure INTEGER NOT NULL, 
	CONSTRAINT pk_photograph PRIMARY KEY (id), 
	CONSTRAINT fk_photograph_element_id FOREIGN KEY(element_id) REFERENCES element (id), 
	CONSTRAINT fk_photograph_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id), 
	CONSTRAINT uq_photograph_visit_id_sha256 UNIQUE (visit_id, sha256)
);
INSERT INTO "photograph" VALUES(1,1,1,'0000000000000000000000000000000000000000000000000000000000000000','P001','/site/Brücke 7','north/a.jpg',100,50,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,40.0,2,3);
INSERT INTO "photograph" VALUES(2,1,NULL,'1111111111111111111111111111111111111111111111111111111111111111','P002','/site/Brücke 7','b.jpg',100,50,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,-1.0,0,0);
CREATE TABLE result (
	id INTEGER NOT NULL, 
	photograph_id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	current BOOLEAN NOT NULL, 
	record JSON NOT NULL, 
	CONSTRAINT pk_result PRIMARY KEY (id), 
	CONSTRAINT fk_result_photograph_id FOREIGN KEY(photograph_id) REFERENCES photograph (id), 
	CONSTRAINT uq_result_photograph_id_digest UNIQUE (photograph_id, digest)
);
INSERT INTO "result" VALUES(1,1,'261ee9a2fd8e0ce66ea209c89c1286495588d87be798d3baa7ab62b4c8428ee5',1,'{"id":"P001","path":"north/a.jpg","sha256":"0000000000000000000000000000000000000000000000000000000000000000","width_px":100,"height_px":50,"notes":["PNG named ''.jpg''"],"no_concrete_share":0.0,"map_kind":"pixels","scale":null,"scale_missing":null,"fitness":null,"field":null,"finest_crack":null,"finest_crack_missing":null,"tiles":[{"box_px":[0,0,50,50],"probability":0.75}],"overlay":"overlays/P001-a.png"}');
INSERT INTO "result" VALUES(2,2,'4f9a4ee589fcba313aeae13b3090f325286c95ddee80cee157730073c5ccbc2c',1,'{"id":"P002","path":"b.jpg","sha256":"1111111111111111111111111111111111111111111111111111111111111111","width_px":100,"height_px":50,"notes":[],"no_concrete_share":0.0,"map_kind":"pixels","scale":null,"scale_missing":null,"fitness":null,"field":null,"finest_crack":null,"finest_crack_missing":null,"tiles":[],"overlay":null}');
CREATE TABLE state_quantity (
	photograph_id INTEGER NOT NULL, 
	code VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	visit_id INTEGER NOT NULL, 
	element_id INTEGER, 
	cracks DOUBLE NOT NULL, 
	length_m DOUBLE NOT NULL, 
	CONSTRAINT pk_state_quantity PRIMARY KEY (photograph_id, code, state), 
	CONSTRAINT fk_state_quantity_element_id FOREIGN KEY(element_id) REFERENCES element (id), 
	CONSTRAINT fk_state_quantity_photograph_id FOREIGN KEY(photograph_id) REFERENCES photograph (id), 
	CONSTRAINT fk_state_quantity_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
);
INSERT INTO "state_quantity" VALUES(1,'aashto-mbei','CS2',1,1,1.05,2.1);
INSERT INTO "state_quantity" VALUES(1,'aashto-mbei','CS1',1,1,0.35,0.7);
CREATE TABLE structure (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	CONSTRAINT pk_structure PRIMARY KEY (id), 
	CONSTRAINT uq_structure_name UNIQUE (name)
);
INSERT INTO "structure" VALUES(1,'Bridge 17');
CREATE TABLE visit (
	id INTEGER NOT NULL, 
	structure_id INTEGER NOT NULL, 
	date DATE NOT NULL, 
	name VARCHAR NOT NULL, 
	inspector VARCHAR, 
	weather VARCHAR, 
	CONSTRAINT pk_visit PRIMARY KEY (id), 
	CONSTRAINT fk_visit_structure_id FOREIGN KEY(structure_id) REFERENCES structure (id), 
	CONSTRAINT uq_visit_structure_id_date_name UNIQUE (structure_id, date, name)
);
INSERT INTO "visit" VALUES(1,1,'2026-05-04','','Ada',NULL);
CREATE INDEX ix_element_parent_id ON element (parent_id);
CREATE INDEX ix_photograph_element_urgency ON photograph (element_id, urgency, id);
CREATE INDEX ix_photograph_sha256 ON photograph (sha256);
CREATE INDEX ix_photograph_visit_counts ON photograph (visit_id, seen, cracks, unsure);
CREATE INDEX ix_photograph_urgency ON photograph (urgency, id);
CREATE INDEX ix_photograph_visit_seen_urgency ON photograph (visit_id, seen, urgency, id);
CREATE INDEX ix_photograph_visit_urgency ON photograph (visit_id, urgency, id);
CREATE INDEX ix_inspected_result_id ON inspected (result_id);
CREATE INDEX ix_finding_doubt ON finding (visit_id, current, decided, doubt, id);
CREATE INDEX ix_finding_photograph ON finding (photograph_id, current, position);
CREATE INDEX ix_finding_urgency ON finding (visit_id, current, kind, urgency, id);
CREATE INDEX ix_finding_visit_key ON finding (visit_id, "key");
CREATE INDEX ix_state_quantity_element_id ON state_quantity (element_id);
CREATE INDEX ix_state_quantity_totals ON state_quantity (visit_id, element_id, code, state, cracks, length_m);
CREATE INDEX ix_element_total_visit_element ON element_total (visit_id, element_id);
CREATE INDEX ix_decision_visit_finding ON decision (visit_id, finding_key, number);
CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are never changed or removed: append another one'); END;
CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are never changed or removed: append another one'); END;
CREATE TRIGGER decision_no_insert BEFORE INSERT ON decision WHEN EXISTS (SELECT id FROM decision WHERE visit_id = NEW.visit_id AND number = NEW.number OR id = NEW.id) BEGIN SELECT RAISE(ABORT, 'decisions are never changed or removed: append another one'); END;
CREATE INDEX ix_job_state ON job (state, id);
COMMIT;
